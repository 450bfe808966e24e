import { raiseAttention, settleAttention } from '../../db/repositories/attention.ts';
import type { PaymentRow } from '../../db/repositories/payments-write.ts';
import { showAmountOf } from '../../domain/money.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { findRail, type PaymentTools } from './tools.ts';

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
