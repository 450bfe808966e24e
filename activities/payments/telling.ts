import { raiseAttention } from '../../db/repositories/attention.ts';
import type { PaymentRow } from '../../db/repositories/payments-write.ts';
import { paymentEvent } from '../../domain/payments/events.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { appendUnlessEnded, factsOf, findRail, type PaymentTools } from './tools.ts';

export const attentionId = (payment: Pick<PaymentRow, 'id'>, kind: string): string => `${kind}:${payment.id}`;

/** Raises an attention item. However often it is raised, there is one for each payment and kind. */
export async function tellPerson(
  tools: PaymentTools,
  payment: PaymentRow,
  kind: string,
  detail: string,
  data: JsonObject = {},
): Promise<void> {
  const { id, tenant, run_id: runId, network } = payment;
  await raiseAttention(tools.db.pool, {
    id: attentionId(payment, kind),
    tenant,
    kind,
    runId,
    detail,
    data: { intentId: id, network, payment: whatOf(tools, payment), ...data },
  });
}

/** Who pays whom how much on which chain; less than that where the rail is not configured. */
export function whatOf(tools: PaymentTools, payment: PaymentRow): string {
  const { amount, asset, pay_to: payTo } = payment;
  return findRail(tools, payment)?.describe({ asset, amount, payTo }) ?? `${amount} of ${asset} to ${payTo}`;
}

export function append(
  tools: PaymentTools,
  payment: PaymentRow,
  status: 'settled' | 'unknown' | 'void',
  cause = '',
): Promise<void> {
  return appendUnlessEnded(tools, payment.run_id, [paymentEvent(factsOf(payment), status, cause)]);
}
