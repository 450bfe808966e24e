import { z } from 'zod';
import type { Payment as PaymentRow } from '../../db/entities.ts';
import { findPayment, listPayments } from '../../db/repositories/payments.ts';
import { explainPayment } from '../../domain/payments/explain.ts';
import { decisions, safeActions } from '../../domain/payments/actions.ts';
import type { PaymentDecisionOrder } from '../../domain/ports/payment-decisions.ts';
import { PaymentActionBody, PaymentPage } from '../../schemas/core/api.ts';
import { Payment, PaymentAction, PaymentKind, PaymentStatus } from '../../schemas/core/payment.ts';
import type { Ctx } from '../context.ts';
import { actorOf } from '../http/pipeline.ts';
import { page, PageQuery, readCursor } from '../http/paging.ts';
import { requireScope } from '../keys/authority.ts';
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
    kind: PaymentKind.default('step').describe(
      'What the payments are for. Without it those of steps are listed; `withdrawal` lists what left the escrow for wallets (admins see it).',
    ),
    status: PaymentStatus.optional(),
    run_id: z.string().max(300).optional(),
    stuck: z.enum(['true', 'false']).default('false'),
  }),
  responses: { 200: { description: 'A page of payments.', schema: PaymentPage } },
  errors: ['invalid_cursor'],
  async handler({ deps, principal }, { query: { kind, status, run_id, stuck, limit, cursor } }) {
    const hidden = hiddenFrom(deps.families, principal);
    const rows = await listPayments(
      deps.db.em(),
      principal.tenant,
      { kind, status, runId: run_id, hidden, ...(stuck === 'true' ? { stuckForMs: STUCK_MS } : {}) },
      readCursor(cursor),
      limit + 1,
    );
    const shown = page(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
    return {
      status: 200,
      body: { payments: shown.rows.map((row) => toPayment({ principal }, row)), next_cursor: shown.next },
    };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/payments/:id',
  missing: { id: 'payment_not_found' },
  summary: 'One payment',
  tags,
  scope: 'read',
  responses: { 200: { description: 'The payment.', schema: Payment } },
  errors: ['payment_not_found'],
  async handler(ctx, { params }) {
    return { status: 200, body: toPayment(ctx, await requirePayment(ctx, params['id'] ?? '')) };
  },
});

const act = defineRoute({
  method: 'post',
  path: '/payments/:id/actions',
  missing: { id: 'payment_not_found' },
  summary: 'Do one of the things that the payment lists under `actions`',
  description:
    '`reconcile` looks at the chain now and writes down what it proves. `declare_void` and `declare_settled` (admins) are for what no node ' +
    'can prove any more: the chain is asked once more, and they are refused while it may prove it or the payment may land. A wrong ' +
    '`declare_void` lets a step be paid twice, a wrong `declare_settled` charges for nothing. 202 when the chain takes longer.',
  tags,
  scope: 'operate',
  idempotent: true,
  body: PaymentActionBody,
  responses: {
    200: { description: 'Done; the payment as it is now.', schema: Payment },
    202: { description: 'Begun; it goes on by itself.', schema: Payment },
  },
  errors: ['payment_not_found', 'invalid_state'],
  async handler(ctx, { params, body }) {
    const payment = await requirePayment(ctx, params['id'] ?? '');
    const { action } = body;
    if (action !== 'reconcile') requireScope(ctx.principal, 'admin');
    const { actions, status } = toPayment(ctx, payment);
    if (!actions.includes(action)) throw notOffered(status, action);
    const watch = action === 'reconcile' ? checkOf(ctx, payment) : await decisionOf(ctx, payment, body);
    await startWatch(ctx.deps, watch);
    const outcome = await awaitWatch<object>(ctx.deps, watch.workflowId, ctx.deps.settings.commandTimeoutMs);
    const now = toPayment(ctx, await requirePayment(ctx, payment.id));
    return outcome === 'pending' ? { status: 202, body: now } : { status: 200, body: now };
  },
});

const notOffered = (status: string, action: z.output<typeof PaymentAction>): ApiError =>
  new ApiError(
    'invalid_state',
    action === 'reconcile'
      ? `The payment is ${status}; there is nothing left to reconcile.`
      : `The payment is ${status}, and a person cannot decide about it now; its standing says what is next.`,
  );

/** Audits who decides, why and about which signature, before the decision is taken. */
async function decisionOf(
  ctx: Ctx,
  { id, txHash }: PaymentRow,
  { action, note, confirm, tx_hash: named }: z.output<typeof PaymentActionBody>,
): Promise<ChainWatch> {
  if (note === undefined) throw missing('note', 'say why');
  if (confirm === undefined) throw missing('confirm', 'name the fingerprint that the payment shows');
  const decision = action === 'declare_void' ? 'void' : 'settled';
  if (decision === 'settled' && named === undefined && !txHash)
    throw missing('tx_hash', 'name the transaction that paid it');
  const order: PaymentDecisionOrder = {
    intentId: id,
    decision,
    confirm,
    txHash: named ?? null,
    by: actorOf(ctx.principal),
    note,
  };
  await ctx.audit(`payment ${action}`, `/payments/${id}`, {
    note,
    confirm,
    tx_hash: named ?? txHash ?? null,
  });
  return {
    workflowType: 'paymentDecision',
    workflowId: `payment-decision:${id}:${decision}`,
    taskQueue: ctx.deps.settings.taskQueue,
    args: [order],
    summary: `${order.by} declares payment ${id} ${decision}`,
  };
}

const missing = (path: string, message: string): ApiError =>
  new ApiError('validation_failed', `body: ${path}: ${message}.`, {
    errors: [{ path, message, code: 'required' }],
  });

const checkOf = ({ deps }: Ctx, { id, runId }: PaymentRow): ChainWatch => ({
  workflowType: 'paymentCheck',
  workflowId: `payment-check:${id}`,
  taskQueue: deps.settings.taskQueue,
  args: [{ runId: runId ?? null, intentId: id }],
  summary: `look at the chain for payment ${id}`,
});

async function requirePayment({ deps, principal }: Ctx, id: string): Promise<PaymentRow> {
  const hidden = hiddenFrom(deps.families, principal);
  const row = await findPayment(deps.db.em(), principal.tenant, id, hidden);
  if (row === null) throw new ApiError('payment_not_found', 'There is no such payment.');
  return row;
}

const STUCK_MS = 60_000;

function explain(row: PaymentRow): z.output<typeof Payment>['standing'] {
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
  const found = explainPayment(facts, Date.now());
  if (found === undefined) return null;
  const { ageMs, known, next, unprovable: blind } = found;
  if (blind === undefined) return { age_ms: ageMs, known, next };
  const unprovable = {
    node: blind.node,
    why: blind.why,
    since: new Date(blind.since).toISOString(),
    decidable_from: blind.decidableAtMs === null ? null : new Date(blind.decidableAtMs).toISOString(),
    confirm: row.fingerprint ?? null,
  };
  return { age_ms: ageMs, known, next, unprovable };
}

function actionsOf({ principal }: Pick<Ctx, 'principal'>, row: PaymentRow): z.output<typeof PaymentAction>[] {
  const { finalized, proof } = row;
  const status = PaymentStatus.parse(row.status);
  const decidable = principal.scopes.includes('admin')
    ? decisions({ status, finalized, proof }, Date.now())
    : [];
  return [...safeActions(status, finalized), ...decidable];
}

function toPayment(ctx: Pick<Ctx, 'principal'>, row: PaymentRow): z.output<typeof Payment> {
  return Payment.parse({
    id: row.id,
    kind: row.kind,
    run_id: row.runId ?? null,
    step_id: row.stepId ?? null,
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
    actions: actionsOf(ctx, row),
    standing: explain(row),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  });
}

export const paymentRoutes = [list, get, act];
