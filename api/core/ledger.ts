import { z } from 'zod';
import {
  accountExists,
  listAccounts,
  listTransfers,
  type AccountRow,
  type AccountView,
} from '../../db/repositories/accounts.ts';
import { LedgerAccountPage, LedgerTransferPage, type LedgerAccount } from '../../schemas/core/api.ts';
import type { Ctx } from '../context.ts';
import { page, PageQuery, readCursor } from '../http/paging.ts';
import { ApiError } from '../problem.ts';
import { defineRoute } from '../route.ts';
import { hiddenFrom } from '../runs/visibility.ts';
import { reconciliationRoutes } from './reconciliation.ts';
import { surplusRoutes } from './surplus.ts';
import { isoOrNull } from './times.ts';

const tags = ['ledger'];

/** The installation's own accounts (world, bridge, float) sum up all tenants: operators only. */
const visible = ({ deps, principal }: Ctx): AccountView => ({
  tenants: principal.operator ? [principal.tenant, 'system'] : [principal.tenant],
  hidden: hiddenFrom(deps.families, principal),
});

const accounts = defineRoute({
  method: 'get',
  path: '/ledger/accounts',
  summary: 'Accounts with their balances, newest first; amounts are minor units',
  tags,
  scope: 'read',
  query: PageQuery(50, 200).extend({
    kind: z.string().max(64).optional(),
    owner: z.string().max(200).optional(),
  }),
  responses: { 200: { description: 'A page of accounts.', schema: LedgerAccountPage } },
  errors: ['invalid_cursor'],
  async handler(ctx, { query: { limit, cursor, ...filter } }) {
    const rows = await listAccounts(ctx.deps.db.pool, visible(ctx), filter, readCursor(cursor), limit + 1);
    const shown = page(rows, limit, (row) => ({ at: row.created_at, id: row.id }));
    return { status: 200, body: { accounts: shown.rows.map(toAccount), next_cursor: shown.next } };
  },
});

const transfers = defineRoute({
  method: 'get',
  path: '/ledger/accounts/:id/transfers',
  missing: { id: 'account_not_found' },
  summary: 'Transfers of an account, newest first; the id is percent-encoded',
  tags,
  scope: 'read',
  query: PageQuery(50, 200),
  responses: { 200: { description: 'A page of transfers.', schema: LedgerTransferPage } },
  errors: ['account_not_found', 'invalid_cursor'],
  async handler(ctx, { params, query: { limit, cursor } }) {
    const id = params['id'] ?? '';
    if (!(await accountExists(ctx.deps.db.pool, visible(ctx), id)))
      throw new ApiError('account_not_found', 'There is no such account.');
    const rows = await listTransfers(ctx.deps.db.pool, id, readCursor(cursor), limit + 1);
    const shown = page(rows, limit, (row) => ({ at: row.created_at, id: row.id }));
    const wire = shown.rows.map((row) => ({
      ...row,
      created_at: row.created_at.toISOString(),
      closed_at: isoOrNull(row.closed_at),
    }));
    return { status: 200, body: { transfers: wire, next_cursor: shown.next } };
  },
});

const toAccount = (row: AccountRow): LedgerAccount => ({
  ...row,
  available: (BigInt(row.posted) - BigInt(row.held)).toString(),
  created_at: row.created_at.toISOString(),
});

export const ledgerRoutes = [accounts, transfers, ...reconciliationRoutes, ...surplusRoutes];
