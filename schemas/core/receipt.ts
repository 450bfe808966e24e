import { z } from 'zod';
import { JsonObject } from './json.ts';
import { Amount, MinorUnits, Network } from './money.ts';
import { PaymentStatus, RailKind } from './payment.ts';
import { StepStatus } from './run.ts';

/** SHA-256 in hex. */
const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Time = z.iso.datetime({ precision: 3 });
const Signed = z.string().regex(/^-?[1-9]\d{0,77}$/);

/** Whose work it was. `input_hash`: SHA-256 over the RFC 8785 JSON of the input as `GET /runs/{id}` shows it. */
const RunBody = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  family: z.string(),
  kind: z.string(),
  subject: z.string(),
  status: z.enum(['completed', 'failed', 'cancelled']),
  workflow_id: z.string(),
  created_at: Time,
  started_at: Time.nullable(),
  finished_at: Time,
  input_hash: Hash,
  /** The accounts that paid, where it was not the subject's own escrow: `<kind>:<tenant>:<owner>`. */
  source: z.string().optional(),
});

/**
 * What a plan's hash is over: SHA-256 of the RFC 8785 JSON of `hashed`, in hex, is `plan_hash` (reasoning.md, "Plan").
 * Money in it is JSON numbers in whole units, because that is what people approved. A plan that has an `understanding` of the
 * request's words has it here, too.
 */
const PlanRevision = z.strictObject({
  revision: z.int().min(1),
  plan_hash: Hash,
  hashed: z.looseObject({
    asset: z.string(),
    revision: z.int(),
    limits: z.looseObject({ maxTotalAmount: z.number() }),
    steps: z.array(
      z.looseObject({
        id: z.string(),
        maxPrice: z.number(),
        pay: z
          .looseObject({ network: z.string(), asset: z.string(), payTo: z.string() })
          .optional()
          .meta({ description: 'Approved terms; `asset` is the address of the token, or its mint.' }),
      }),
    ),
  }),
});
export type PlanRevision = z.infer<typeof PlanRevision>;

/** Every revision of the plan that was announced or approved. `decimals` of its asset; without a plan those that the run paid in, or null. */
const PlanBody = z.strictObject({
  asset: z.string().nullable(),
  decimals: z.int().min(0).max(36).nullable(),
  revisions: z.array(PlanRevision),
});

/** Limits that were approved, minor units of the plan's asset; null where the approval named none. */
const ApprovedLimits = z.strictObject({
  max_total: MinorUnits,
  max_per_transaction: MinorUnits.nullable(),
  recipients: z.array(z.string()).nullable(),
});

/** A wallet's own consent: Ed25519 by `wallet` (base58) over the UTF-8 bytes of `message`; `signature` is base64. */
export const WalletProof = z.strictObject({ wallet: z.string(), signature: z.base64(), message: z.string() });
/** A type, not an interface: it is kept as JSON with the approval's record. */
export type WalletProof = z.infer<typeof WalletProof>;

/**
 * `limits`, `signing_until` (RFC 3339, with more digits for years after 9999) and `seq` (of the event that granted it) are
 * null unless it was approved.
 */
const ReceiptApproval = z.strictObject({
  id: z.string(),
  plan_hash: Hash,
  status: z.enum(['pending', 'approved', 'rejected', 'expired', 'superseded']),
  reason: z.string(),
  requested_at: Time,
  decided_at: Time.nullable(),
  decided_by: z.string().nullable(),
  limits: ApprovedLimits.nullable(),
  signing_until: z.string().nullable(),
  seq: z.int().nullable(),
  wallet_proof: WalletProof.nullable(),
});
export type ReceiptApproval = z.infer<typeof ReceiptApproval>;

/** What finds an EIP-3009 authorization on its chain. `value` is minor units, `valid_before` seconds since 1970. */
const EvmProof = z.strictObject({
  kind: z.literal('evm-authorization'),
  token: z.string(),
  from: z.string(),
  to: z.string(),
  value: MinorUnits,
  nonce: z.string(),
  valid_before: z.string(),
  signed_block: z.int().min(0),
});

/**
 * What finds a transaction of ours to the payment router: the account's number and the hash of every transaction that was
 * ever signed for it (`transactions`), with those that allowed the amount in the number before and those that spent it on
 * nothing when the payment was given up. `to` is the payee, `value` minor units, `data_hash` keccak256 of the call.
 */
const EvmTransactionProof = z.strictObject({
  kind: z.literal('evm-transaction'),
  token: z.string(),
  from: z.string(),
  to: z.string(),
  value: MinorUnits,
  router: z.string(),
  nonce: z.int().min(0),
  data_hash: z.string(),
  transactions: z.array(z.string()),
  allowances: z.array(z.string()),
  fillers: z.array(z.string()),
  signed_block: z.int().min(0),
});

/** What finds a Solana message on its chain. `message_hash` is SHA-256 of the message, `account` what it takes from. */
const SolanaProof = z.strictObject({
  kind: z.literal('solana-message'),
  message_hash: Hash,
  blockhash: z.string(),
  last_valid_block_height: z.int().min(0),
  signed_slot: z.int().min(0),
  account: z.string(),
  memo: z.string(),
});

/** A payment that was counted and moved nothing: there is no chain to look at. */
const MockProof = z.strictObject({ kind: z.literal('mock'), transaction: z.string() });

/**
 * What allowed a payment that no person approved: the decision of its family's policy, made in the transaction that held the
 * money in the budget that the run pays from. `rule` is the family's word for it, `words` what it said.
 */
const PolicyConsent = z.strictObject({
  budget: z.string(),
  action: z.string(),
  rule: z.string(),
  words: z.string(),
  at: z.string(),
});

/**
 * One payment intent. `amount` is minor units of `asset` (CAIP-19). `transfer` is its hold in the ledger, `seq` that of
 * the event that told its signature, `told` the last state that the run's own events tell of it. Never signed bytes.
 */
const ReceiptPayment = z.strictObject({
  id: z.string(),
  step_id: z.string(),
  generation: z.int().min(1),
  rail: RailKind,
  network: Network,
  asset: z.string(),
  amount: MinorUnits,
  pay_to: z.string(),
  status: PaymentStatus,
  finalized: z.boolean(),
  tx_hash: z.string().nullable(),
  reason: z.string().nullable(),
  created_at: Time,
  transfer: z.string(),
  seq: z.int().nullable(),
  told: PaymentStatus.nullable(),
  proof: z.discriminatedUnion('kind', [EvmProof, EvmTransactionProof, SolanaProof, MockProof]).nullable(),
  consent: PolicyConsent.optional(),
});
export type ReceiptPayment = z.infer<typeof ReceiptPayment>;

/** A transfer of the ledger. `amount` of an entry is signed minor units; they sum to zero in each asset. */
const ReceiptTransfer = z.strictObject({
  id: z.string(),
  kind: z.enum(['deposit', 'withdrawal', 'reserve', 'release', 'payment', 'refund', 'funding', 'surplus']),
  state: z.enum(['pending', 'posted', 'voided']),
  step_id: z.string().nullable(),
  created_at: Time,
  closed_at: Time.nullable(),
  entries: z.array(z.strictObject({ account: z.string(), asset: z.string(), amount: Signed })),
});
export type ReceiptTransfer = z.infer<typeof ReceiptTransfer>;

/** What a seller paid back, as its chain shows it. `asset` is the token's address or mint, `amount` minor units. */
const ReceiptRefund = z.strictObject({
  transfer: z.string(),
  step_id: z.string(),
  network: Network,
  tx_hash: z.string(),
  asset: z.string(),
  from: z.string(),
  amount: MinorUnits,
});
export type ReceiptRefund = z.infer<typeof ReceiptRefund>;

/** `undone` are the steps whose undo was called, with how it ended. */
const RefundsBody = z.strictObject({
  refunds: z.array(ReceiptRefund),
  undone: z.array(
    z.strictObject({
      step_id: z.string(),
      status: StepStatus.extract(['compensated', 'compensation_failed']),
    }),
  ),
});

/** `output_hash`: SHA-256 over the RFC 8785 JSON of the output as `GET /runs/{id}` shows it. `cost` is whole units. */
const ResultBody = z.strictObject({
  output_hash: Hash,
  cost: z.array(Amount),
  error: z.strictObject({ code: z.string(), message: z.string(), step_id: z.string().nullable() }).nullable(),
  steps: z.array(z.strictObject({ id: z.string(), status: StepStatus })),
});

/** `hash`: over the events in order, each SHA-256 of the RFC 8785 JSON of {previous, event}, as `GET /runs/{id}/events` has them. */
const EventsBody = z.strictObject({ count: z.int().min(1), last_seq: z.int().min(1), hash: Hash });

/**
 * The head of the tenant's audit chain when this receipt was first issued: id, hash and time (RFC 3339) of its newest line;
 * null while there was none. The trail must keep that line: `steward audit verify --receipt` checks it.
 */
const AuditBody = z.strictObject({
  head: z.strictObject({ line: z.int().min(1), hash: Hash, at: Time }).nullable(),
});

const section = <Name extends string, Body extends z.ZodType>(name: Name, body: Body) =>
  z.strictObject({ section: z.literal(name), previous: Hash, body, hash: Hash });

const SECTIONS = [
  section('run', RunBody),
  section('plan', PlanBody),
  section('approvals', z.strictObject({ approvals: z.array(ReceiptApproval) })),
  section('payments', z.strictObject({ payments: z.array(ReceiptPayment) })),
  section('ledger', z.strictObject({ transfers: z.array(ReceiptTransfer) })),
  section('refunds', RefundsBody),
  section('result', ResultBody),
  section('events', EventsBody),
  section('audit', AuditBody),
] as const;

/** Links of the chain. `hash` is SHA-256 over the RFC 8785 JSON of {previous, section, body}; the first `previous` is zeros. */
const ReceiptSections = z.tuple(SECTIONS);

/** What was done for a run, section by section, as the links of the chain carry it. */
export interface ReceiptBodies {
  run: z.infer<typeof RunBody>;
  plan: z.infer<typeof PlanBody>;
  approvals: { approvals: ReceiptApproval[] };
  payments: { payments: ReceiptPayment[] };
  ledger: { transfers: ReceiptTransfer[] };
  refunds: z.infer<typeof RefundsBody>;
  result: z.infer<typeof ResultBody>;
  events: z.infer<typeof EventsBody>;
  audit: z.infer<typeof AuditBody>;
}

/** Who signs receipts. `public_key` is the raw 32 bytes in base64, `key_id` the first 16 hex digits of their SHA-256. */
const ReceiptIssuer = z.strictObject({
  algorithm: z.literal('Ed25519'),
  key_id: z.string().regex(/^[0-9a-f]{16}$/),
  public_key: z.base64(),
});

/**
 * `GET /runs/{id}/receipt` (common.md, "Runs"): what an ended run was allowed, paid, got back and answered, as a chain
 * of hashes under one signature. `final` false: money of the run still moves, and a later receipt says more. A final
 * one never changes, byte for byte, unless a person assigns surplus to the run: `issued_at` is when the run or the last of its money was done, not when it was asked
 * for. `signature` (base64) is Ed25519 over "steward run receipt v1\n" and the RFC 8785 JSON of {version, final,
 * issued_at, issuer, root}; `root` is the hash of the last section.
 */
export const Receipt = z.strictObject({
  version: z.literal(1),
  final: z.boolean(),
  issued_at: Time,
  issuer: ReceiptIssuer,
  sections: ReceiptSections,
  root: Hash,
  signature: z.base64(),
});
export type Receipt = z.infer<typeof Receipt>;

/** A receipt as the API's description has it: many readers of OpenAPI know no tuples, so the order is in words there. */
export const DescribedReceipt = Receipt.extend({
  sections: z.array(z.discriminatedUnion('section', SECTIONS)).length(SECTIONS.length).meta({
    description: 'In this order: run, plan, approvals, payments, ledger, refunds, result, events, audit.',
  }),
});

/** `GET /receipts/key`: what this installation's receipts are checked with. */
export const ReceiptKey = ReceiptIssuer.extend({ jwk: JsonObject });
export type ReceiptKey = z.infer<typeof ReceiptKey>;
