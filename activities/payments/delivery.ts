import type { PaymentRow } from '../../db/repositories/payments-write.ts';
import type { PaymentActivities, SubmitOutcome } from '../../domain/ports/payments.ts';
import type { StatusPoint } from '../../domain/payments/accepted-work.ts';
import type { ValueRef } from '../../domain/ports/values.ts';
import type { JsonObject } from '../../schemas/core/json.ts';

export type SubmitOrder = Parameters<PaymentActivities['submitPayment']>[0];

/**
 * What was bought, and how long it took to come; null where nothing is bought. `accepted`: the service works on it, and
 * whoever has this asks there for it instead of paying or sending anything again.
 */
export interface Kept {
  output: ValueRef | null;
  timeMs: number;
  accepted?: StatusPoint;
}

/**
 * What came back when signed bytes were handed over. None of it proves that they landed. `taken`: the chain is asked next,
 * `hint` is a transaction to begin with, `work` is what was delivered for the payment. `unconfirmed` says what it means
 * when the chain shows nothing. A hint is kept with the payment, so that later looks begin with it, too.
 */
export type Delivered =
  | { kind: 'unclear'; why: Omit<Extract<SubmitOutcome, { kind: 'unclear' }>, 'kind'>; hint?: string | null }
  | { kind: 'taken'; hint: string | null; unconfirmed: string; work?: Kept };

/** How signed bytes come to their chain. Sending the same bytes again is always safe: they settle at most once. */
export interface Delivery {
  /** Hands the bytes over. Answers how to read what came back, which may store something. */
  send(payment: PaymentRow, payload: JsonObject, order: SubmitOrder): Promise<() => Promise<Delivered>>;
}
