import { z } from 'zod';
import type { Payment as PaymentRow } from '../../db/entities.ts';
import { findPayment, listPayments } from '../../db/repositories/payments.ts';
import { PaymentPage } from '../../schemas/core/api.ts';
import { Payment, PaymentStatus } from '../../schemas/core/payment.ts';
import type { Ctx } from '../context.ts';
import { page, PageQuery, readCursor } from '../http/paging.ts';
import { ApiError } from '../problem.ts';
import { defineRoute } from '../route.ts';
import { hiddenFrom } from '../runs/visibility.ts';

const tags = ['payments'];

const list = defineRoute({
  method: 'get',
  path: '/payments',
  summary: 'Payments, newest first',
  tags,
  scope: 'read',
  query: PageQuery(50, 200).extend({
    status: PaymentStatus.optional(),
    run_id: z.string().max(300).optional(),
  }),
  responses: { 200: { description: 'A page of payments.', schema: PaymentPage } },
  errors: ['invalid_cursor'],
  async handler({ deps, principal }, { query: { status, run_id, limit, cursor } }) {
    const hidden = hiddenFrom(deps.families, principal);
    const rows = await listPayments(
      deps.db.em(),
      principal.tenant,
      { status, runId: run_id, hidden },
      readCursor(cursor),
      limit + 1,
    );
    const shown = page(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
    return { status: 200, body: { payments: shown.rows.map(toPayment), next_cursor: shown.next } };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/payments/:id',
  summary: 'One payment',
  tags,
  scope: 'read',
  responses: { 200: { description: 'The payment.', schema: Payment } },
  errors: ['payment_not_found'],
  async handler(ctx, { params }) {
    return { status: 200, body: toPayment(await requirePayment(ctx, params['id'] ?? '')) };
  },
});

async function requirePayment({ deps, principal }: Ctx, id: string): Promise<PaymentRow> {
  const hidden = hiddenFrom(deps.families, principal);
  const row = await findPayment(deps.db.em(), principal.tenant, id, hidden);
  if (row === null) throw new ApiError('payment_not_found', 'There is no such payment.');
  return row;
}

function toPayment(row: PaymentRow): z.output<typeof Payment> {
  return Payment.parse({
    id: row.id,
    run_id: row.runId,
    step_id: row.stepId,
    generation: row.generation,
    rail: row.rail,
    network: row.network,
    asset: row.asset,
    amount: row.amount,
    pay_to: row.payTo,
    status: row.status,
    finalized: row.finalized,
    tx_hash: row.txHash ?? null,
    reason: row.reason ?? null,
    actions: [], // reconciliation goes on by itself; nothing is safe to do by hand yet
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  });
}

export const paymentRoutes = [list, get];
