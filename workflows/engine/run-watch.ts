import {
  continueAsNew,
  ParentClosePolicy,
  proxyActivities,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { readWatchWaits } from '../../domain/messages/starts.ts';
import type { LostRun, RepairActivities } from '../../domain/ports/repair.ts';
import { taskQueues } from '../../domain/queues.ts';
import { autoUpgrade } from './auto-upgrade.ts';
import { readStart } from './read-start.ts';
import { repairId, repairRun } from './repair-run.ts';

/** Finds runs whose workflow was terminated, deleted, timed out or has failed, and has each repaired. One per installation. */
export async function runWatch(waits: { everyMs: number; rounds: number }): Promise<void> {
  readStart(readWatchWaits, waits);
  const { findLostRuns } = proxyActivities<Pick<RepairActivities, 'findLostRuns'>>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '1m',
    heartbeatTimeout: '6s',
    retry: { initialInterval: 500, maximumInterval: 10_000 },
  });
  for (let round = 0; round < waits.rounds; round++) {
    const lost = await findLostRuns();
    for (const run of lost) await startRepair(run);
    await sleep(waits.everyMs, { summary: `${lost.length} runs lost` });
  }
  await continueAsNew<typeof runWatch>(waits);
}

autoUpgrade(runWatch);

/** A repair that runs already goes on. One that ended, or was ended, is started anew while the run is not over. */
async function startRepair({ runId }: LostRun): Promise<void> {
  try {
    await startChild(repairRun, {
      workflowId: repairId(runId),
      args: [{ runId }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: 'Undoes a run whose workflow is gone',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
