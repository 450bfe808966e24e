import pLimit from 'p-limit';
import { listLive, type LiveRun } from '../../db/repositories/lost-runs.ts';
import type { LostRun } from '../../domain/ports/repair.ts';
import type { RepairDeps } from './tools.ts';

const YOUNG_MS = 2000;
const AT_ONCE = 5;
const MOST = 200; // in one look; the others are found by the next

type Found = Pick<RepairDeps, 'workflowState' | 'namespace'>;

/**
 * Live runs whose workflow is gone. Temporal's list of running workflows leaves few to ask about, so that ten thousand waiting
 * runs cost ten questions.
 */
export async function findLostRuns(deps: RepairDeps): Promise<LostRun[]> {
  const live = await listLive(deps.db.pool, deps.youngMs ?? YOUNG_MS);
  if (live.length === 0) return [];
  const running = await deps.runningWorkflows();
  const unseen = live.filter(({ workflow_id }) => !running.has(workflow_id)).slice(0, MOST);
  const looked = await pLimit(AT_ONCE).map(unseen, async (run) => ((await isLost(deps, run)) ? [run] : []));
  return looked.flat().map(({ id }) => ({ runId: id }));
}

/**
 * No answer proves nothing. Nor does a workflow that is missing here, if it may have been started elsewhere. One that came to its own
 * end had told it: books that do not know are an older copy, and undoing what was delivered would be wrong.
 */
export async function isLost({ workflowState, namespace }: Found, run: LiveRun): Promise<boolean> {
  const state = await workflowState(run.workflow_id).catch(() => 'open' as const);
  return state === 'closed' || (state === 'missing' && run.namespace === namespace);
}
