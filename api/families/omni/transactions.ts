import { z } from 'zod';
import { findService } from '../../../db/omni/standing.ts';
import { listTransactions } from '../../../db/omni/read-calls.ts';
import { readState } from '../../../db/omni/state.ts';
import { Transaction, TransactionReceipt } from '../../../schemas/families/omni/money.ts';
import { Id } from '../../../schemas/families/omni/primitives.ts';
import type { Ctx } from '../../context.ts';
import { WholeNumber } from '../../http/paging.ts';
import { defineRoute, type Route } from '../../route.ts';
import { TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { taskNotFound } from './problems.ts';
import { isOurs } from './shared.ts';
import { toTransaction } from './to-wire.ts';

export const transactionRoutes = (options: OmniOptions): Route[] => [list(options), receipt(options)];

const list = (options: OmniOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/transactions',
    summary: 'The last payments of agents, oldest first',
    tags: TAGS,
    scope: 'read',
    query: z.object({
      limit: WholeNumber(50, 1, 1000),
      agent_id: Id.optional(),
      service_id: Id.optional(),
      status: z.enum(['SUCCESS', 'FAILED', 'MOCK', 'PENDING']).optional(),
    }),
    responses: {
      200: { description: 'Payments.', schema: z.object({ transactions: z.array(Transaction) }) },
    },
    async handler(ctx, { query: { limit, agent_id: agentId, service_id: serviceId, status } }) {
      const rows = isOurs(ctx, options)
        ? await listTransactions(ctx.deps.db.pool, options.tenant, { agentId, serviceId, status }, limit)
        : [];
      return { status: 200, body: { transactions: rows.map(toTransaction) } };
    },
  });

type Row = Awaited<ReturnType<typeof listTransactions>>[number];

const receipt = (options: OmniOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/transactions/:task_id/receipt',
    missing: { task_id: 'task_not_found' },
    summary: 'What became of a payment on its chain, looked up now',
    tags: TAGS,
    scope: 'read',
    params: z.object({ task_id: z.string().min(1).max(250) }),
    responses: { 200: { description: 'Each part with its check.', schema: TransactionReceipt } },
    errors: ['task_not_found', 'unavailable'],
    async handler(ctx, { params: { task_id: taskId } }) {
      const [row] = isOurs(ctx, options)
        ? await listTransactions(ctx.deps.db.pool, options.tenant, { taskId }, 1)
        : [];
      if (row === undefined) throw taskNotFound();
      return { status: 200, body: await receiptOf(ctx, options, row) };
    },
  });

const checks = (all: boolean): TransactionReceipt['checks'] => ({
  router: all,
  payer: all,
  provider: all,
  serviceId: all,
  amount: all,
  serviceCallHash: all,
});

async function receiptOf(ctx: Ctx, options: OmniOptions, row: Row): Promise<TransactionReceipt> {
  const base = {
    task_id: row.task_id,
    tx_hash: row.tx_hash,
    verified: false,
    blockNumber: null,
    confirmations: null,
    checks: checks(false),
  };
  if (row.rail === 'mock')
    return {
      ...base,
      status: 'MOCK',
      detail: 'A mock payment: it was counted, and nothing moved on a chain.',
    };
  if (row.tx_hash === null) {
    const isOpen = row.told === 'PENDING';
    return {
      ...base,
      status: isOpen ? 'PENDING' : 'NOT_FOUND',
      detail: isOpen ? 'The payment is not on the chain yet.' : 'Nothing was paid.',
    };
  }
  if (options.lookAtChain === undefined)
    return { ...base, status: 'PENDING', detail: 'No chain is configured here: set EVM_RPC_URL.' };
  const [service, state] = await Promise.all([
    findService(ctx.deps.db.pool, options.tenant, row.service_id),
    readState(ctx.deps.db.pool, options.tenant),
  ]);
  const seen = await options.lookAtChain({
    txHash: row.tx_hash,
    serviceId: row.service_id,
    agentId: row.agent_id,
    taskId: row.task_id,
    provider: service?.providerAddress ?? '',
    amount: row.cost,
    serviceCallHash: row.service_call_hash,
    payer: state?.treasuryAddress ?? null,
  });
  return { ...base, ...seen };
}
