import { z } from 'zod';
import type { JsonObject } from './json.ts';
import { strict } from './strict.ts';

/**
 * Messages that a run understands, as they travel to its workflow. The API holds what it sends against these; the sandbox has a
 * guard for each (`domain/messages/guards.ts`), and a test holds both equal. Lengths are UTF-16 units.
 */
const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

const DEEPEST = 64; // levels

function isStorable(value: unknown, levels = DEEPEST): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isStorable(item, levels - 1));
  return Object.entries(value).every(([name, item]) => isStorableText(name) && isStorable(item, levels - 1));
}

/** Text that can be stored. */
export const Text = (longest: number, shortest = 0) =>
  z.string().min(shortest).max(longest).refine(isStorableText, 'has characters that cannot be stored');

/** A duration, or another number that is not negative. */
export const Amount = z.number().min(0);

/** Whole minor units. */
export const Digits = z.string().regex(/^\d{1,78}$/, 'must be whole minor units, written as digits');

const Limits = strict({
  maxTotalAmount: Digits.optional(),
  maxPerTransaction: Digits.optional(),
  allowedRecipients: z.array(Text(128, 1)).max(100).optional(),
});

const approval = {
  planHash: Text(128, 1).optional(),
  limits: Limits.optional(),
  asset: Text(100, 1).optional(),
  expiresAtMs: z.int().min(0).max(8.64e15).optional(),
  acceptPartial: z.boolean().optional(),
};

const decision = { reason: Text(1000).optional(), planHash: Text(128, 1).optional() };

const sentByHand = { by: Text(300, 1).optional() };

const Authority = strict({
  kind: Text(100, 1),
  key_id: Text(300).nullable(),
  subject: Text(1000).nullable(),
  scopes: z.array(Text(100)).max(20),
  checked_at: Text(100),
});
const Proof = strict({ wallet: Text(200), signature: Text(1000), message: Text(10_000) });

const Actor = Text(1000, 1);
const UpdateId = Text(4000, 1);

/** The signal `approve`. Amounts are minor units of the plan's asset. */
export const ApproveSignal = strict({ ...sentByHand, ...approval });

/** The signals `reject` and `cancel`. */
export const DecisionSignal = strict({ ...sentByHand, ...decision });

/** The signal `input`: an answer to a question. */
export const InputSignal = strict({
  data: z.custom<JsonObject>(
    (data) => typeof data === 'object' && data !== null && !Array.isArray(data) && isStorable(data),
    'must be a JSON object that can be stored',
  ),
  id: Text(500, 1).optional(),
  ...sentByHand,
});

/** The update `approveRun`. */
export const ApproveMessage = strict({
  by: Actor,
  updateId: UpdateId,
  authority: Authority.optional(),
  proof: Proof.optional(),
  ...approval,
});

/** The updates `rejectRun` and `cancelRun`. */
export const DecisionMessage = strict({ by: Actor, authority: Authority.optional(), ...decision });

/** The update `provideInput`. */
export const ProvideInputMessage = strict({
  id: Text(500, 1),
  hash: Text(128, 1),
  by: Actor,
  updateId: UpdateId,
  authority: Authority.optional(),
});
