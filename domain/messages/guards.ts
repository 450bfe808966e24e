import type { ApproveRequest, Authority, DecisionRequest, ProvideInputRequest } from '../messages.ts';
import type { InputMessage } from '../questions/question.ts';
import { bool, digits, fields, jsonObject, listOf, orNull, text, whole, type Guard } from './read.ts';

/** The last instant that a date can be, ms. */
const LATEST_MS = 8.64e15;

const limits = fields(
  {},
  { maxTotalAmount: digits, maxPerTransaction: digits, allowedRecipients: listOf(text(128, 1), 100) },
);

const approval = {
  planHash: text(128, 1),
  limits,
  asset: text(100, 1),
  expiresAtMs: whole(0, LATEST_MS),
  acceptPartial: bool,
};

const decision = { reason: text(1000), planHash: text(128, 1) };

/** By hand nobody has an authority that was looked up, nor a proof that was checked. */
const sentByHand = { by: text(300, 1) };

const authority: Guard<Authority> = fields(
  {
    kind: text(100, 1),
    key_id: orNull(text(300)),
    subject: orNull(text(1000)),
    scopes: listOf(text(100), 20),
    checked_at: text(100),
  },
  {},
);
const proof = fields({ wallet: text(200), signature: text(1000), message: text(10_000) }, {});

const actor = text(1000, 1);
const updateId = text(4000, 1);

/** The signal `approve`, which may be sent without an argument. */
export const readApproveSignal: Guard<Omit<Partial<ApproveRequest>, 'authority' | 'proof' | 'updateId'>> =
  fields({}, { ...sentByHand, ...approval });

/** The signals `reject` and `cancel`, which may be sent without an argument. */
export const readDecisionSignal: Guard<Omit<Partial<DecisionRequest>, 'authority'>> = fields(
  {},
  { ...sentByHand, ...decision },
);

/** The signal `input`: an answer to a question. Without `id` the only open question is meant. */
export const readInputSignal: Guard<InputMessage> = fields(
  { data: jsonObject },
  { id: text(500, 1), ...sentByHand },
);

/** The update `approveRun`. */
export const readApprove: Guard<ApproveRequest> = fields(
  { by: actor, updateId },
  { authority, proof, ...approval },
);

/** The updates `rejectRun` and `cancelRun`. */
export const readDecision: Guard<DecisionRequest> = fields({ by: actor }, { authority, ...decision });

/** The update `provideInput`. */
export const readProvideInput: Guard<ProvideInputRequest> = fields(
  { id: text(500, 1), hash: text(128, 1), by: actor, updateId },
  { authority },
);
