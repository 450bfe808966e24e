import { z } from 'zod';
import { FeedEvent, RunEvent } from './event.ts';
import { Json, JsonObject } from './json.ts';
import { MinorUnits, SignedMinorUnits } from './money.ts';
import { Payment, PaymentAction } from './payment.ts';
import { isReserved, Scope } from './principal.ts';
import { QuestionRecord } from './question.ts';
import { ApprovalRecord, Run, RunStatus } from './run.ts';
import { strict } from './strict.ts';
import { Words } from './words.ts';

/** `GET /runs`, newest first; `next_cursor` null on the last page. */
export const RunPage = z.object({ runs: z.array(Run), next_cursor: z.string().nullable() });
export type RunPage = z.infer<typeof RunPage>;

/** `GET /runs/{id}/events` as JSON; `next_after` goes on, also later when there are more events. */
export const EventPage = z.object({ events: z.array(RunEvent), next_after: z.int(), has_more: z.boolean() });
export type EventPage = z.infer<typeof EventPage>;

/** `GET /events` as JSON: the tenant's feed. `next_cursor` goes on, also later when there are more events. */
export const FeedPage = z.object({
  events: z.array(FeedEvent),
  next_cursor: z.string(),
  has_more: z.boolean(),
});
export type FeedPage = z.infer<typeof FeedPage>;

/** The query of a command that has none: a misspelt guard there ("?Preview=true") must not be overlooked. */
export const NoQuery = strict({});

/** Answer of a command to a run: what it is now. */
export const RunAnswer = z.object({ run_id: z.string(), status: RunStatus });
export type RunAnswer = z.infer<typeof RunAnswer>;

/** `POST /runs/{id}/cancel`. */
export const CancelBody = strict({ reason: z.string().max(500).optional() }).optional();

const PreviewedPayment = z.object({
  step_id: z.string(),
  payment_id: z.string(),
  asset: z.string(),
  amount: MinorUnits,
});

/**
 * `POST /runs/{id}/cancel?preview=true`: what a cancel would do now; nothing is changed. Amounts are minor units of
 * `asset` (CAIP-19). `undo` is what would be undone, in this order; `certain` false: it may have happened. `returned` is
 * what is set aside for the run and goes back to its user.
 */
export const CancelPreview = z.object({
  run_id: z.string(),
  status: RunStatus,
  undo: z.array(z.object({ step_id: z.string(), certain: z.boolean() })),
  refundable: z.array(PreviewedPayment),
  sunk: z.array(PreviewedPayment),
  unknown: z.array(PreviewedPayment),
  returned: z.array(z.object({ asset: z.string(), amount: MinorUnits })),
});
export type CancelPreview = z.infer<typeof CancelPreview>;

/** `POST /runs/{id}/resume`. `plan_hash` guards against a plan that changed meanwhile. */
export const ResumeBody = strict({ plan_hash: z.string().min(1).max(128).optional() }).optional();

/**
 * `POST /runs/{id}/rerun`: another run of what an ended one did. Its results are used, except from `from_step` on; or,
 * with another `input` (the family's own words), everything is made anew.
 */
export const RerunBody = strict({
  from_step: z.string().min(1).max(200).optional(),
  input: Json.optional(),
}).optional();
export type RerunBody = z.infer<typeof RerunBody>;

/** The new run. `paid_again` is asked for with its plan, in its approval. */
export const RerunAnswer = RunAnswer.extend({ rerun_of: z.string() });

/**
 * `POST /runs/{id}/inputs`: an answer to a question that the run asked. `id` says which, as `GET /approvals` shows it or by the
 * question's name in its run; it may be left out while only one is open.
 */
export const InputBody = strict({ id: z.string().min(1).max(500).optional(), data: JsonObject });
export type InputBody = z.infer<typeof InputBody>;

/** What waits for a person: a plan to approve, or a question to answer. */
export const InboxItem = z.discriminatedUnion('kind', [ApprovalRecord, QuestionRecord]);
export type InboxItem = z.infer<typeof InboxItem>;

/** `GET /approvals`, newest first. */
export const ApprovalPage = z.object({
  approvals: z.array(InboxItem),
  next_cursor: z.string().nullable(),
});

/**
 * `POST /approvals/{id}`. `plan_hash` guards against a plan that changed meanwhile. `accept_partial`: a plan that does only a part of
 * what was asked may begin; naming its hash says the same.
 */
export const DecisionBody = strict({
  decision: z.enum(['approve', 'reject']),
  reason: z.string().max(500).optional(),
  plan_hash: z.string().min(1).max(128).optional(),
  accept_partial: z.boolean().optional(),
});
export type DecisionBody = z.infer<typeof DecisionBody>;

/** `GET /payments`, newest first. */
export const PaymentPage = z.object({ payments: z.array(Payment), next_cursor: z.string().nullable() });

/**
 * `POST /payments/{id}/actions`: one of the actions that the payment lists. The two that decide need `note` (why) and
 * `confirm` (the payment's fingerprint, as its standing shows it). `declare_settled` also needs `tx_hash`, unless the payment
 * has one.
 */
export const PaymentActionBody = z.object({
  action: PaymentAction,
  note: Words(2000).optional(),
  confirm: z.string().min(1).max(300).optional(),
  tx_hash: z
    .string()
    .regex(/^(0x[0-9a-fA-F]{64}|[1-9A-HJ-NP-Za-km-z]{64,90})$/, 'must be the id of a transaction')
    .optional(),
});

/** Something a person must look at. */
export const AttentionRecord = z.object({
  id: z.string(),
  kind: z.string(),
  run_id: z.string().nullable(),
  detail: z.string(),
  data: JsonObject,
  created_at: z.string(),
  resolved_at: z.string().nullable(),
  resolved_by: z.string().nullable(),
  note: z.string().nullable(),
});
export type AttentionRecord = z.infer<typeof AttentionRecord>;

/** `GET /attention`, newest first; open items unless `resolved=true`. */
export const AttentionPage = z.object({
  attention: z.array(AttentionRecord),
  next_cursor: z.string().nullable(),
});

/** `POST /attention/{id}/resolve`: what was done about it. */
export const ResolveBody = z.object({ note: Words(2000) });

/** A ledger account; amounts are minor units of `asset` (CAIP-19). `held` is what pending transfers set aside. */
export const LedgerAccount = z.object({
  id: z.string(),
  kind: z.string(),
  owner: z.string(),
  asset: z.string(),
  posted: SignedMinorUnits,
  held: SignedMinorUnits,
  available: SignedMinorUnits,
  created_at: z.string(),
});
export type LedgerAccount = z.infer<typeof LedgerAccount>;

export const LedgerAccountPage = z.object({
  accounts: z.array(LedgerAccount),
  next_cursor: z.string().nullable(),
});

/** A transfer as one account sees it: `amount` is that account's entry, signed minor units. */
export const LedgerTransfer = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(['pending', 'posted', 'voided']),
  amount: SignedMinorUnits,
  run_id: z.string().nullable(),
  step_id: z.string().nullable(),
  created_at: z.string(),
  closed_at: z.string().nullable(),
});
export type LedgerTransfer = z.infer<typeof LedgerTransfer>;

export const LedgerTransferPage = z.object({
  transfers: z.array(LedgerTransfer),
  next_cursor: z.string().nullable(),
});

/** A key without its secret. `id` is the part between `sk_` and the secret. */
export const KeyRecord = z.object({
  id: z.string(),
  tenant: z.string(),
  subject: z.string(),
  name: z.string(),
  scopes: z.array(Scope),
  rotated_from: z.string().nullable(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});
export type KeyRecord = z.infer<typeof KeyRecord>;

/** The one answer that shows the secret. */
export const NewKeyRecord = KeyRecord.extend({ key: z.string() });
export type NewKeyRecord = z.infer<typeof NewKeyRecord>;

export const KeyList = z.object({ keys: z.array(KeyRecord) });

const reserved = { error: 'This name is the engine’s own; choose another.' };

const Subject = z
  .string()
  .regex(/^[\w.:@-]{1,128}$/, 'Use 1 to 128 letters, digits or _ . : @ -')
  .refine((name) => !isReserved(name), reserved);

// No colon: ids of accounts begin with the tenant, followed by a colon.
const Tenant = z
  .string()
  .regex(/^[\w.@-]{1,128}$/, 'Use 1 to 128 letters, digits or _ . @ -')
  .refine((name) => !isReserved(name), reserved);

/**
 * `POST /admin/keys`. Times are RFC 3339. `tenant` other than one's own needs the bootstrap key. The engine's own names
 * (`bootstrap`, `operator`, `system` and the like) are refused as subject and tenant. So are fields that it does not know: a
 * misspelt limit would make a key that may do more than was meant.
 */
export const KeyBody = z.strictObject({
  name: Words(200),
  subject: Subject,
  tenant: Tenant.optional(),
  scopes: z.array(Scope).min(1).max(4).default(['read', 'operate']),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
export type KeyBody = z.infer<typeof KeyBody>;

/**
 * `POST /admin/keys/{id}/rotate`: for how many seconds the old key works on, and when the new one ends (RFC 3339). Without
 * `expires_at` the new key ends when the old one would have; null: never.
 */
export const RotateBody = z
  .strictObject({
    overlap_seconds: z.int().min(0).max(2_592_000).default(86_400),
    expires_at: z.iso.datetime({ offset: true }).nullable().optional(),
  })
  .optional();

/** `POST /stream-tickets`. */
export const StreamTicket = z.object({ ticket: z.string(), expires_at: z.string() });

/** One entry of `GET /flows` or `GET /agents`; every family adds its own fields (common.md, "Shared resources"). */
export const CatalogueEntry = z.looseObject({ id: z.string(), family: z.string() });
export type CatalogueEntry = z.infer<typeof CatalogueEntry>;

/** A service as `GET /services` shows it, with the fields of every family (common.md, "Shared resources"). */
export const ServiceEntry = z.looseObject({ id: z.string(), category: z.string() });
export type ServiceEntry = z.infer<typeof ServiceEntry>;

const States = z.record(z.string(), z.enum(['ok', 'degraded', 'down', 'off']));

/** One family's part of `GET /health`, with fields of its own. */
export const FamilyHealth = z.looseObject({
  status: z.enum(['healthy', 'degraded']),
  checks: States,
  metrics: JsonObject,
});
export type FamilyHealth = z.infer<typeof FamilyHealth>;

/**
 * `GET /health`: the engine, then each family under its name. What older documents want at the top (checks, metrics, fields
 * of a family) is there as well.
 */
export const Health = z.looseObject({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  version: z.string(),
  timestamp: z.string(),
  uptime: z.number(),
  message: z.string(),
  startup_complete: z.boolean(),
  checks: States,
  metrics: JsonObject,
  families: z.record(z.string(), FamilyHealth),
});
export type Health = z.infer<typeof Health>;
