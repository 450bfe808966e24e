import { z } from 'zod';
import { MinorUnits, Network } from './money.ts';
import { Words } from './words.ts';

/** Whose a surplus is (common.md, "Surplus"): a user with an escrow, whoever paid for a run, or the operator. */
export const SurplusTarget = z.union([
  z.strictObject({ user_id: z.string().min(1).max(128) }),
  z.strictObject({ run_id: z.string().min(1).max(200) }),
  z.literal('operator'),
]);
export type SurplusTarget = z.infer<typeof SurplusTarget>;

/**
 * Money that came in and that nobody claimed. Amounts are minor units of `asset` (CAIP-19), of which `code` and `decimals`
 * are for people. `arrived` is what the transaction brought from `sender` (null where it does not say); `claimed` of it are
 * deposits and refunds; `amount` waits, or was assigned.
 */
export const Surplus = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'claimed', 'assigned']),
  asset: z.string(),
  code: z.string(),
  decimals: z.int(),
  amount: MinorUnits,
  arrived: MinorUnits,
  claimed: MinorUnits,
  network: Network,
  tx_hash: z.string(),
  sender: z.string().nullable(),
  at: z.string(),
  assigned: z.object({ to: SurplusTarget, note: z.string(), by: z.string(), at: z.string() }).nullable(),
});
export type Surplus = z.infer<typeof Surplus>;

export const SurplusPage = z.object({ surplus: z.array(Surplus), next_cursor: z.string().nullable() });

/** Body of `POST /ledger/surplus/{id}/assign`. `note` says why, for the audit trail. */
export const AssignSurplus = z.strictObject({ to: SurplusTarget, note: Words(2000) });
