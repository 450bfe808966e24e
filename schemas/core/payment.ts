import { z } from 'zod';
import { MinorUnits, Network } from './money.ts';

/** States of a payment intent (reasoning.md, "x402 per step"). `unknown` is closed only by proof. */
export const PaymentStatus = z.enum([
  'quoted',
  'prepared',
  'signed',
  'submitted',
  'settled',
  'rejected',
  'void',
  'unknown',
]);
export type PaymentStatus = z.infer<typeof PaymentStatus>;

/**
 * What a person may do with a payment. `reconcile` asks the chain now. With `declare_void` and `declare_settled` an admin
 * decides about a payment that no node can prove any more.
 */
export const PaymentAction = z.enum(['reconcile', 'declare_void', 'declare_settled']);
export type PaymentAction = z.infer<typeof PaymentAction>;

/**
 * How a payment reaches its chain. `x402-*`: the seller's facilitator submits what we signed. `evm-router`: our own
 * transaction to the payment router. `solana-transfer`: our own transfer of tokens or coins. `mock`: counted, and nothing
 * moves.
 */
export const RailKind = z.enum(['x402-evm', 'x402-solana', 'evm-router', 'solana-transfer', 'mock']);
export type RailKind = z.infer<typeof RailKind>;

/**
 * What a payment is for. `step`: a step of a run, the only kind that has `run_id` and `step_id`. `withdrawal`: a user's money
 * back to a wallet; it has the withdrawal's id. `refund`: money back to somebody who had paid.
 */
export const PaymentKind = z.enum(['step', 'withdrawal', 'refund']);
export type PaymentKind = z.infer<typeof PaymentKind>;

/** A payment on the engine's own API. Amounts are minor units of `asset` (CAIP-19). */
export const Payment = z.object({
  id: z.string(),
  kind: PaymentKind,
  /** Null where the kind is not `step`, as is `step_id`. */
  run_id: z.string().nullable(),
  step_id: z.string().nullable(),
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
  actions: z.array(PaymentAction),
  /** While something is open: its age, what is known, and what is next. Null when the payment is over. */
  standing: z
    .object({
      age_ms: z.int(),
      known: z.array(z.string()),
      next: z.string(),
      /** The host of a node that cannot prove it, why, and since when. Absent while waiting may help. */
      unprovable: z
        .object({
          node: z.string(),
          why: z.enum(['forgot', 'behind']),
          since: z.string(),
          /** From when on an admin may decide by repeating `confirm`; null while the payment may still land. */
          decidable_from: z.string().nullable(),
          confirm: z.string().nullable(),
        })
        .optional(),
    })
    .nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type Payment = z.infer<typeof Payment>;
