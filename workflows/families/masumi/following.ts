import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { FollowingActivities } from '../../../domain/masumi/ports/jobs.ts';
import { FOLLOWING_QUEUE } from '../../../domain/masumi/queues.ts';
import { queueOf } from '../../../domain/queues.ts';
import { autoUpgrade } from '../../engine/auto-upgrade.ts';

const TURNS = 200; // each ends with the worker that it runs on

/** Follows the runs of all jobs at Kodosumi, in one task on one worker. One runs per installation. */
export async function masumiFollow(): Promise<void> {
  const { followJobs } = proxyActivities<FollowingActivities>({
    taskQueue: queueOf(workflowInfo().taskQueue, FOLLOWING_QUEUE),
    startToCloseTimeout: '30d',
    heartbeatTimeout: '6s',
    retry: { initialInterval: 500, maximumInterval: 5000 },
  });
  for (let turn = 0; turn < TURNS; turn++) await followJobs();
  await continueAsNew<typeof masumiFollow>();
}

autoUpgrade(masumiFollow);
