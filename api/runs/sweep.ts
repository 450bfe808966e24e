import { WorkflowNotFoundError } from '@temporalio/client';
import { lockRequestOf, releaseRun } from '../../db/repositories/idempotency.ts';
import { listUnstarted } from '../../db/repositories/run-lists.ts';
import { abandonStart, keepAbandoned, NEVER_STARTED, type RunRow } from '../../db/repositories/runs.ts';
import type { ApiDeps } from '../context.ts';
import type { SweepWaits } from '../settings.ts';
import { startWorkflow } from './start.ts';

export const SWEEP_WAITS: SweepWaits = { pendingMs: 5000, claimMs: 60_000 };

const AT_ONCE = 100;

/** Starts orphans and settles starts whose outcome nobody learned. Any number of processes may do it at once. */
export async function sweepStarts(
  deps: ApiDeps,
  waits: SweepWaits = SWEEP_WAITS,
): Promise<{ seen: number; moved: number }> {
  const rows = await listUnstarted(deps.db.pool, waits.pendingMs, AT_ONCE);
  let moved = 0;
  for (const row of rows) {
    const done = row.start_state === 'pending' ? restart(deps, row) : settleUnknown(deps, row, waits.claimMs);
    await done.then(
      (did) => (moved += did ? 1 : 0),
      (error: unknown) =>
        deps.log.warn({ err: error, run_id: row.id }, 'sweeping a start failed; it is tried again'),
    );
  }
  return { seen: rows.length, moved };
}

async function restart(deps: ApiDeps, row: RunRow): Promise<boolean> {
  const start = deps.families.find(({ name }) => name === row.family)?.restart?.(row);
  if (start === undefined) {
    deps.log.error({ run_id: row.id, family: row.family }, 'no family here can start this run');
    return false;
  }
  return (await startWorkflow(deps, row, start)) === 'running';
}

/**
 * Calls off a start that nobody claimed, whether the workflow runs or not: the client was told that it failed. First
 * the request is taken away from any try that is still held up, so that no client is told of a run that is called off.
 */
async function settleUnknown(deps: ApiDeps, row: RunRow, claimMs: number): Promise<boolean> {
  if (row.created_at.getTime() + claimMs > Date.now()) return false;
  const request = await deps.db.transaction(async (client) => {
    const stands = await lockRequestOf(client, row.id);
    if (stands !== 'idle') return stands;
    if (!(await abandonStart(client, row.id))) return 'busy';
    await releaseRun(client, row.id);
    return 'idle';
  });
  if (request === 'answered') return restart(deps, row);
  if (request === 'busy') return false;
  const handle = deps.temporal.workflow.getHandle(row.workflow_id);
  try {
    const { runId } = await handle.describe();
    await handle.cancel();
    await keepAbandoned(deps.db.pool, row.id, runId);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    await abandon(deps, row);
  }
  return true;
}

async function abandon(deps: ApiDeps, row: RunRow): Promise<void> {
  await deps.journal.append({
    runId: row.id,
    events: [
      {
        key: NEVER_STARTED,
        type: 'run.cancelled',
        data: { reason: 'The workflow could not be started.' },
        status: 'cancelled',
      },
    ],
  });
}
