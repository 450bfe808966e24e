import { PageQuery, page, readCursor } from '../http/paging.ts';
import {
  assignSurplus,
  findSurplus,
  listSurplus,
  nameOf,
  type Assigned,
  type SurplusRow,
} from '../../db/repositories/surplus.ts';
import type { AssetBook } from '../../domain/assets.ts';
import { AssignSurplus, Surplus, SurplusPage, type SurplusTarget } from '../../schemas/core/surplus.ts';
import type { Ctx } from '../context.ts';
import { actorOf } from '../http/pipeline.ts';
import { ApiError } from '../problem.ts';
import { defineRoute } from '../route.ts';
import { bindClaim } from './bind-claim.ts';

const tags = ['ledger'];

const list = defineRoute({
  method: 'get',
  path: '/ledger/surplus',
  summary: 'Money that came in and that nobody claimed, newest first',
  description:
    'What a chain shows as final, beyond what deposits and refunds took of it. It is found without being announced. Only the operator sees it; amounts are minor units.',
  tags,
  scope: 'admin',
  query: PageQuery(50, 200).extend({ state: Surplus.shape.state.optional() }),
  responses: { 200: { description: 'A page of surplus.', schema: SurplusPage } },
  errors: ['invalid_cursor'],
  async handler({ deps, principal }, { query: { limit, cursor, state } }) {
    const after = readCursor(cursor);
    const rows = principal.operator ? await listSurplus(deps.db.pool, state, after, limit + 1) : [];
    const shown = page(rows, limit, (row) => ({ at: row.booked_at, id: row.id }));
    const surplus = shown.rows.map((row) => toSurplus(deps.assets, row));
    return { status: 200, body: { surplus, next_cursor: shown.next } };
  },
});

const assign = defineRoute({
  method: 'post',
  path: '/ledger/surplus/:id/assign',
  summary: 'Say whose a surplus is',
  description:
    'To a user: it is in the escrow, as a deposit is. To a run: whoever paid for the run has it, and its receipt shows it. To the operator: it is the float. All of it goes to one of them, once.',
  tags,
  scope: 'admin',
  idempotent: true,
  body: AssignSurplus,
  responses: { 200: { description: 'The surplus, assigned.', schema: Surplus } },
  missing: { id: 'surplus_not_found' },
  errors: [
    'surplus_not_found',
    'surplus_not_waiting',
    'surplus_not_covered',
    'escrow_not_found',
    'run_not_found',
    'invalid_state',
    'unknown_asset',
  ],
  async handler(ctx, { params, body: { to, note } }) {
    const { claim, deps, principal } = ctx;
    const found = await requireSurplus(ctx, params['id'] ?? '');
    if (claim?.runId) return { status: 200, body: toSurplus(deps.assets, found) }; // an earlier try has done it
    await ctx.audit('surplus assign', `/ledger/surplus/${found.id}`, {
      to: nameOf(to),
      note,
      asset: found.asset,
      amount: found.booked,
    });
    const row = await deps.db.transaction(async (client) => {
      await bindClaim(client, claim, found.id);
      const by = actorOf(principal);
      const wish = { id: found.id, to, tenant: principal.tenant, note, by };
      return rowOf(await assignSurplus(client, deps.assets, wish)); // a refusal takes the claim's note back
    });
    return { status: 200, body: toSurplus(deps.assets, row) };
  },
});

async function requireSurplus({ deps, principal }: Ctx, id: string): Promise<SurplusRow> {
  const row = principal.operator ? await findSurplus(deps.db.pool, id) : undefined;
  if (row === undefined) throw notFound();
  return row;
}

const notFound = (): ApiError => new ApiError('surplus_not_found', 'There is no such surplus.');

function rowOf(outcome: Assigned): SurplusRow {
  switch (outcome.kind) {
    case 'assigned':
      return outcome.row;
    case 'missing':
      throw notFound();
    case 'no_user':
      throw new ApiError('escrow_not_found', 'That user has no escrow: create it first.');
    case 'no_run':
      throw new ApiError('run_not_found', 'There is no such run.');
    case 'no_payer':
      throw new ApiError(
        'invalid_state',
        'That run pays nothing, so there is nobody behind it: assign it to a user or to the operator.',
      );
    case 'not_waiting':
      throw new ApiError('surplus_not_waiting', `It ${whereItIs(outcome.row)}; list what is waiting.`);
    case 'not_covered':
      throw new ApiError(
        'surplus_not_covered',
        `It came in on another chain than the escrow's, where the operator would owe it. Send as much ${outcome.asset.code} to the escrow address first, and assign that to the operator.`,
      );
  }
}

const whereItIs = ({ state, assigned }: Pick<SurplusRow, 'state' | 'assigned'>): string =>
  state === 'assigned' && assigned !== null
    ? `was assigned to ${assigned.to}`
    : 'was claimed as a deposit or a refund';

function toSurplus({ assets }: AssetBook, row: SurplusRow): Surplus {
  const asset = assets.find(({ id }) => id === row.asset);
  return {
    id: row.id,
    state: row.state as Surplus['state'],
    asset: row.asset,
    code: asset?.code ?? '',
    decimals: asset?.decimals ?? 0,
    amount: row.booked,
    arrived: row.amount,
    claimed: row.taken,
    network: row.network,
    tx_hash: row.tx_hash,
    sender: row.sender === '' ? null : row.sender,
    at: row.booked_at.toISOString(),
    assigned: row.assigned && { ...row.assigned, to: targetOf(row.assigned.to) },
  };
}

function targetOf(name: string): SurplusTarget {
  const [kind = '', ...rest] = name.split(':');
  if (kind === 'operator') return 'operator';
  return kind === 'run' ? { run_id: rest.join(':') } : { user_id: rest.join(':') };
}

export const surplusRoutes = [list, assign];
