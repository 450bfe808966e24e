import type { ReportRow } from '../../db/repositories/reconciliation.ts';
import { lastReport } from '../../db/repositories/reconciliation.ts';
import { visibleRuns } from '../../db/repositories/hidden.ts';
import type { Finding } from '../../domain/reconciliation.ts';
import { Reconciliation, type AccountDrift } from '../../schemas/core/reconciliation.ts';
import type { Ctx } from '../context.ts';
import { defineRoute } from '../route.ts';
import { hiddenFrom } from '../runs/visibility.ts';
import { awaitWatch, startWatch, type ChainWatch } from '../runs/watch.ts';

const tags = ['ledger'];
const path = '/ledger/reconciliation';

const last = defineRoute({
  method: 'get',
  path,
  summary: 'The last check of chains against ledger against runs; amounts are minor units',
  description:
    'A schedule checks every RECONCILE_BOOKS_EVERY_MS. Chain accounts are shown to the operator, findings to whom their runs belong.',
  tags,
  scope: 'read',
  responses: { 200: { description: 'The report.', schema: Reconciliation } },
  async handler(ctx) {
    // Reads go on without Temporal; the first of all begins a check, so that there is something to read.
    if ((await lastReport(ctx.deps.db.pool)) === undefined) await checkNow(ctx).catch(() => false);
    return { status: 200, body: await report(ctx) };
  },
});

const check = defineRoute({
  method: 'post',
  path,
  summary: 'Check chains against ledger against runs now',
  description:
    'Repairs what is safe and tells a person of the rest, as the schedule does. 202 with the report before when it takes longer.',
  tags,
  scope: 'operate',
  idempotent: true,
  responses: {
    200: { description: 'Checked; the new report.', schema: Reconciliation },
    202: { description: 'Begun; the report before.', schema: Reconciliation },
  },
  errors: ['unavailable'],
  async handler(ctx) {
    const done = await checkNow(ctx);
    const body = await report(ctx);
    return done ? { status: 200, body } : { status: 202, body };
  },
});

/** True when the check ended in time. Whoever asks at the same time joins it. */
async function checkNow({ deps }: Ctx): Promise<boolean> {
  const { taskQueue, commandTimeoutMs } = deps.settings;
  const watch: ChainWatch = {
    workflowType: 'booksCheck',
    workflowId: `${taskQueue}-books-check-now`,
    taskQueue,
    args: [],
    summary: 'Compares chains, ledger and runs because a person asked',
  };
  await startWatch(deps, watch);
  return (await awaitWatch(deps, watch.workflowId, commandTimeoutMs)) !== 'pending';
}

const NEVER: Reconciliation = { id: null, checked_at: null, took_ms: 0, accounts: [], findings: [] };

async function report(ctx: Ctx): Promise<Reconciliation> {
  const row = await lastReport(ctx.deps.db.pool);
  if (row === undefined) return NEVER;
  return {
    id: row.id,
    checked_at: row.checked_at.toISOString(),
    took_ms: row.took_ms,
    accounts: ctx.principal.operator ? (row.accounts as unknown as StoredDrift[]).map(toAccount) : [],
    findings: (await seenBy(ctx, row)).map(toFinding),
  };
}

type Told = Finding & { repaired: boolean };

/** The installation's own belong to the operator, a run's to whoever may see the run, the rest to the whole tenant. */
async function seenBy({ deps, principal }: Ctx, row: ReportRow): Promise<Told[]> {
  const tenants = principal.operator ? [principal.tenant, 'system'] : [principal.tenant];
  const own = (row.findings as unknown as Told[]).filter(({ tenant }) => tenants.includes(tenant));
  const hidden = hiddenFrom(deps.families, principal);
  if (hidden === undefined) return own;
  const ids = own.flatMap(({ runId }) => (runId === null ? [] : [runId]));
  const visible = new Set(await visibleRuns(deps.db.pool, principal.tenant, ids, hidden));
  return own.filter(({ runId }) => runId !== null && visible.has(runId));
}

/** Reports of an earlier release do not tell of surplus. */
type StoredDrift = Omit<AccountDrift, 'surplus'> & Partial<Pick<AccountDrift, 'surplus'>>;

const toAccount = ({
  account_id,
  asset,
  ledger,
  chain,
  drift,
  explained,
  surplus,
}: StoredDrift): AccountDrift => ({
  account_id,
  asset,
  ledger,
  chain,
  drift,
  explained,
  surplus: surplus ?? '0',
});

const toFinding = ({ kind, runId, object, detail, repaired }: Told): Reconciliation['findings'][number] => ({
  kind,
  ...(runId === null ? {} : { run_id: runId }),
  object,
  detail,
  repaired,
});

export const reconciliationRoutes = [last, check];
