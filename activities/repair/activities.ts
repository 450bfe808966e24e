import { raiseAttention } from '../../db/repositories/attention.ts';
import type { LiveRun } from '../../db/repositories/lost-runs.ts';
import { getRun, listSteps, type RunRow } from '../../db/repositories/runs.ts';
import { isOpen } from '../../domain/payments/actions.ts';
import { outputsFor } from '../../domain/plan/outputs.ts';
import { undoOrder } from '../../domain/plan/undo.ts';
import { UNKNOWN_TOTALS } from '../../domain/ports/ledger.ts';
import type { LostUndo, RepairActivities, RepairTimes } from '../../domain/ports/repair.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { RunError } from '../../schemas/core/run.ts';
import { finishRun, returnMoney } from '../ledger/finish-run.ts';
import type { LedgerDeps } from '../ledger/tools.ts';
import { reconcileIntent } from '../payments/reconcile.ts';
import { withDefaults, type PaymentDeps, type PaymentTools } from '../payments/tools.ts';
import { findLostRuns, isLost } from './find-lost.ts';
import type { RepairDeps } from './tools.ts';
import { readTrail } from './trail.ts';

type Deps = RepairDeps & PaymentDeps & LedgerDeps;
type Tools = RepairDeps & PaymentTools & LedgerDeps;

/** What repairs a run whose workflow is gone: what each part leaves behind is told in `domain/ports/repair.ts`. */
export function createRepairActivities(deps: Deps): RepairActivities {
  const tools: Tools = { ...deps, ...withDefaults(deps) };
  return {
    findLostRuns: () => findLostRuns(tools),
    beginRepair: ({ runId }) => beginRepair(tools, runId),
    openPayments: ({ runId }) => openPayments(tools, runId),
    planUndo: ({ runId }) => planUndo(tools, runId),
    undoFamily: ({ runId }) => undoFamily(tools, runId),
    finishRepair: ({ runId }) => finishRepair(tools, runId),
  };
}

const LOST =
  'The workflow of the run was ended from outside. Its payments are followed to their end, and what can be undone is undone.';

async function beginRepair(tools: Tools, runId: string): ReturnType<RepairActivities['beginRepair']> {
  const run = await lostRun(tools, runId);
  if (run === undefined) return { kind: 'over' };
  await tools.journal.append({ runId, events: [lostEvent()] });
  // From here on nothing is held or signed any more (`prepare`). What was held without a signature goes back.
  await tools.db.transaction((client) => returnMoney(client, tools.assets, run));
  return { kind: 'lost', times: timesOf(run.settings) };
}

function lostEvent(): JournalEvent {
  const error: RunError = {
    code: 'WORKFLOW_LOST',
    message: LOST,
    recoverable: false,
    timestamp: new Date().toISOString(),
  };
  return {
    key: 'run.compensating:workflow_lost',
    type: 'run.compensating',
    data: { reason: 'workflow_lost', message: LOST },
    status: 'compensating',
    view: { error: error as JsonObject, waiting: null },
  };
}

/** The run, if it is live and its workflow is not. */
async function lostRun(tools: Tools, runId: string): Promise<RunRow | undefined> {
  const run = await getRun(tools.db.pool, runId);
  if (run === undefined || run.finished_at !== null || run.start_state !== 'started') return undefined;
  return (await isLost(tools, await asLive(tools, run))) ? run : undefined;
}

async function asLive({ db }: Tools, { id, workflow_id }: RunRow): Promise<LiveRun> {
  const { rows } = await db.pool.query<Pick<LiveRun, 'namespace'>>(
    'select namespace from run where id = $1',
    [id],
  );
  return { id, workflow_id, namespace: rows[0]?.namespace ?? null };
}

const ms = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

const timesOf = (settings: JsonObject): RepairTimes => ({
  callTimeoutMs: ms(settings['callTimeoutMs'], 30_000),
  lookEveryMs: ms(settings['reconcileIntervalMs'], 2000),
  giveUpMs: ms(settings['reconcileGiveUpMs'], 600_000),
  undoForMs: ms(settings['sellerTimeoutMs'], 60_000),
});

async function openPayments(tools: Tools, runId: string): Promise<{ open: number; alive: boolean }> {
  const run = await lostRun(tools, runId);
  if (run === undefined) return { open: 0, alive: true };
  const { payments } = await readTrail(tools.db.pool, run);
  let open = 0;
  for (const { id, status } of payments) {
    if (!isOpen(status)) continue;
    const { kind } = await reconcileIntent(tools, id);
    if (kind !== 'settled' && kind !== 'void') open++;
  }
  return { open, alive: false };
}

async function planUndo(tools: Tools, runId: string): Promise<LostUndo[]> {
  const run = await lostRun(tools, runId);
  if (run === undefined) return [];
  const { plan, outputs, trailOf } = await readTrail(tools.db.pool, run);
  if (plan === undefined) return [];
  return undoOrder(plan.steps, trailOf).map(({ step, intentId }) => ({
    stepId: step.id,
    serviceName: step.serviceName,
    policy: step.retryPolicy,
    decimals: plan.decimals,
    request: {
      runId,
      stepId: step.id,
      compensation: step.compensation!,
      outputs: outputsFor(step.compensation!.inputMapping, outputs),
      timeoutMs: timesOf(run.settings).callTimeoutMs,
      ...(intentId === undefined ? {} : { intentId }),
    },
  }));
}

async function undoFamily(tools: Tools, runId: string): ReturnType<RepairActivities['undoFamily']> {
  const run = await lostRun(tools, runId);
  if (run === undefined) return [];
  const steps = (await listSteps(tools.db.pool, runId)).map(({ step_id }) => step_id);
  const undone = await tools.undoOfFamily(run.family, runId);
  return undone.map((undo) => ({ ...undo, isStep: steps.includes(undo.key) }));
}

/**
 * Ends the run with what the ledger says it cost; undos that failed are a person's. A workflow that was reset meanwhile hands the
 * run over and is lost again: then the next repair undoes what this one did not see.
 */
async function finishRepair(tools: Tools, runId: string): Promise<void> {
  const run = await lostRun(tools, runId);
  if (run === undefined) return;
  const { plan, payments, trailOf } = await readTrail(tools.db.pool, run);
  const failed = (plan?.steps ?? []).filter(({ id }) => trailOf(id).status === 'compensation_failed');
  const settled = payments.filter(({ status }) => status === 'settled').map(({ step_id }) => step_id);
  const kept = [...new Set(settled)].filter((id) => trailOf(id).status !== 'compensated');
  for (const { id, status } of payments)
    if (isOpen(status))
      await raiseAttention(tools.db.pool, {
        id: `payment_unknown:${id}`,
        tenant: run.tenant,
        kind: 'payment_unknown',
        runId,
        detail: `Whether payment ${id} settled was not known when its run ended; its hold stays.`,
        data: { intentId: id },
      });
  await finishRun(tools, {
    ride: { runId, events: [] },
    runId,
    status: 'failed',
    error: {
      code: 'WORKFLOW_LOST',
      message:
        'The workflow of the run was ended from outside. What could be undone was undone, and what nothing held went back.',
      recoverable: false,
    },
    outputs: {},
    totals: UNKNOWN_TOTALS,
    attention: [
      ...failed.map(({ id }) => ({
        kind: 'compensation_failed',
        detail: `Step ${id} could not be undone after the workflow of its run was lost.`,
        data: { step: id },
      })),
      ...(kept.length === 0
        ? []
        : [
            {
              kind: 'rollback_incomplete',
              detail: `Run ${runId} lost its workflow after ${kept.join(', ')} had been paid, which nothing has undone.`,
              data: { steps: kept },
            },
          ]),
    ],
  });
}
