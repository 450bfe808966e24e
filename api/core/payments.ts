import { z } from 'zod';
import type { Payment as PaymentRow } from '../../db/entities.ts';
import { findPayment, listPayments } from '../../db/repositories/payments.ts';
import { standingOf } from '../../domain/payments/standing.ts';
import { safeActions } from '../../domain/payments/actions.ts';
import { PaymentActionBody, PaymentPage } from '../../schemas/core/api.ts';
import { Payment, PaymentStatus } from '../../schemas/core/payment.ts';
import type { Ctx } from '../context.ts';
import { page, PageQuery, readCursor } from '../http/paging.ts';
import { ApiError } from '../problem.ts';
import { defineRoute } from '../route.ts';
import { hiddenFrom } from '../runs/visibility.ts';
import { awaitWatch, startWatch, type ChainWatch } from '../runs/watch.ts';

const tags = ['payments'];

const list = defineRoute({
  method: 'get',
  path: '/payments',
  summary: 'Payments, newest first',
  description:
    '`stuck=true` lists what has been open for a minute and longer, the oldest first, with what is known of each and what to do.',
  tags,
  scope: 'read',
  query: PageQuery(50, 200).extend({
    status: PaymentStatus.optional(),
    run_id: z.string().max(300).optional(),
    stuck: z.enum(['true', 'false']).default('false'),
  }),
  responses: { 200: { description: 'A page of payments.', schema: PaymentPage } },
  errors: ['invalid_cursor'],
  async handler({ deps, principal }, { query: { status, run_id, stuck, limit, cursor } }) {
    const hidden = hiddenFrom(deps.families, principal);
    const rows = await listPayments(
      deps.db.em(),
      principal.tenant,
      { status, runId: run_id, hidden, ...(stuck === 'true' ? { stuckForMs: STUCK_MS } : {}) },
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

const act = defineRoute({
  method: 'post',
  path: '/payments/:id/actions',
  summary: 'Do one of the things that the payment lists under `actions`',
  description:
    '`reconcile` looks at the chain now and writes down what it proves; it signs and sends nothing. 202 when the chain takes longer.',
  tags,
  scope: 'operate',
  idempotent: true,
  body: PaymentActionBody,
  responses: {
    200: { description: 'Done; the payment as it is now.', schema: Payment },
    202: { description: 'Begun; it goes on by itself.', schema: Payment },
  },
  errors: ['payment_not_found', 'invalid_state'],
  async handler(ctx, { params, body: { action } }) {
    const payment = await requirePayment(ctx, params['id'] ?? '');
    const { actions, status } = toPayment(payment);
    if (!actions.includes(action))
      throw new ApiError('invalid_state', `The payment is ${status}; there is nothing left to ${action}.`);
    const watch = checkOf(ctx, payment);
    await startWatch(ctx.deps, watch);
    const outcome = await awaitWatch(ctx.deps, watch.workflowId, ctx.deps.settings.commandTimeoutMs);
    const body = toPayment(await requirePayment(ctx, payment.id));
    return outcome === 'pending' ? { status: 202, body } : { status: 200, body };
  },
});

const checkOf = ({ deps }: Ctx, { id, runId }: PaymentRow): ChainWatch => ({
  workflowType: 'paymentCheck',
  workflowId: `payment-check:${id}`,
  taskQueue: deps.settings.taskQueue,
  args: [{ runId, intentId: id }],
  summary: `look at the chain for payment ${id}`,
});

async function requirePayment({ deps, principal }: Ctx, id: string): Promise<PaymentRow> {
  const hidden = hiddenFrom(deps.families, principal);
  const row = await findPayment(deps.db.em(), principal.tenant, id, hidden);
  if (row === null) throw new ApiError('payment_not_found', 'There is no such payment.');
  return row;
}

const STUCK_MS = 60_000;

function standing(row: PaymentRow): z.output<typeof Payment>['standing'] {
  const { finalized, network, reason, proof, createdAt } = row;
  const status = PaymentStatus.parse(row.status);
  const facts = {
    status,
    finalized,
    network,
    reason: reason ?? null,
    proof,
    createdAtMs: createdAt.getTime(),
  };
  const found = standingOf(facts, Date.now());
  return found === undefined ? null : { age_ms: found.ageMs, known: found.known, next: found.next };
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
    actions: safeActions(PaymentStatus.parse(row.status), row.finalized),
    standing: standing(row),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  });
}

export const paymentRoutes = [list, get, act];
