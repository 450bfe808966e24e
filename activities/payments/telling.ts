import { raiseAttention, settleAttention } from '../../db/repositories/attention.ts';
import type { PaymentRow } from '../../db/repositories/payments-write.ts';
import { showAmountOf } from '../../domain/money.ts';
import { paymentEvent } from '../../domain/payments/events.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { appendUnlessEnded, factsOf, findRail, type PaymentTools } from './tools.ts';

/** The item's id and kind: `payment_…` for a step becomes `withdrawal_…` for a withdrawal. */
function itemOf(
  { id, kind: of }: Pick<PaymentRow, 'id' | 'kind'>,
  kind: string,
): { id: string; kind: string } {
  const own = of === 'step' ? kind : kind.replace(/^payment_/, `${of}_`);
  return { id: `${own}:${id}`, kind: own };
}

/** Raises an attention item. However often it is raised, there is one for each payment and kind. */
export async function tellPerson(
  tools: PaymentTools,
  payment: PaymentRow,
  kind: string,
  detail: string,
  { data = {}, recurs = false }: { data?: JsonObject; recurs?: boolean } = {},
): Promise<void> {
  const { id, tenant, run_id: runId, network } = payment;
  const named: JsonObject = payment.kind === 'withdrawal' ? { withdrawalId: id } : {};
  await raiseAttention(tools.db.pool, {
    ...itemOf(payment, kind),
    tenant,
    runId,
    detail,
    data: { intentId: id, ...named, network, payment: whatOf(tools, payment), ...data },
    recurs,
  });
}

/** Closes what `tellPerson` opened, if it did. */
export const settlePerson = (
  { db }: Pick<PaymentTools, 'db'>,
  payment: PaymentRow,
  kind: string,
  note: string,
): Promise<void> => settleAttention(db.pool, itemOf(payment, kind).id, note);

/** Says payer, payee, amount and chain, or less where the rail is not configured. */
export function whatOf(tools: PaymentTools, payment: PaymentRow): string {
  const { pay_to: payTo } = payment;
  const amount = amountOf(tools, payment);
  return findRail(tools, payment)?.describe({ amount, payTo }) ?? `${amount} to ${payTo}`;
}

/** How much it is, for people. */
export const amountOf = ({ assets }: Pick<PaymentTools, 'assets'>, { asset, amount }: PaymentRow): string =>
  showAmountOf(assets, asset, amount);

/** What an event tells beside the payment's own facts. `txHash` null: it names no transaction. */
export interface Told {
  cause?: string;
  more?: JsonObject;
  txHash?: string | null;
}

/** Tells the run that the payment belongs to, if there is one. Throws when the run has ended. */
export async function tellRun(
  tools: PaymentTools,
  payment: PaymentRow,
  status: Parameters<typeof paymentEvent>[1],
  { cause, more, txHash = null }: Told = {},
): Promise<void> {
  if (payment.kind !== 'step') return;
  const event = paymentEvent(factsOf(payment, txHash), status, cause, more);
  await tools.journal.append({ runId: payment.run_id, events: [event] });
}

/** Tells the run that the payment belongs to, unless that has ended meanwhile. */
export async function append(
  tools: PaymentTools,
  payment: PaymentRow,
  status: 'settled' | 'unknown' | 'void',
  cause = '',
): Promise<void> {
  if (payment.kind !== 'step') return;
  await appendUnlessEnded(tools, payment.run_id, [paymentEvent(factsOf(payment), status, cause)]);
}
