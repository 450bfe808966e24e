import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ActivityInterfaceFor } from '@temporalio/workflow';
import type { JobActivities } from '../../../domain/masumi/ports/jobs.ts';
import { KODOSUMI_QUEUE } from '../../../domain/masumi/queues.ts';
import { queueOf, taskQueues } from '../../../domain/queues.ts';

type Payments = Pick<
  JobActivities,
  'requestPayment' | 'readPayment' | 'submitResult' | 'findSubmitted' | 'authorizeRefund'
>;
type Work = Pick<JobActivities, 'launchJob' | 'answerLock' | 'killJob'>;
type Looking = Pick<JobActivities, 'lookAtFlow'>;

const retry = { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 10_000 };
const HEARTBEAT = '6s';
const ONE_TRY = '90s'; // a slow node takes its time
const LOOK = '5m'; // a large result takes its time
const WITH_FILES = '15m'; // a purchaser's files are fetched and handed over first

/** Calls of the payment service, tried again for `forMs`. */
export const payments = (forMs: number): ActivityInterfaceFor<Payments> =>
  proxyActivities<Payments>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    scheduleToCloseTimeout: Math.max(1, forMs),
    startToCloseTimeout: ONE_TRY,
    heartbeatTimeout: HEARTBEAT,
    retry,
  });

/** Calls of Kodosumi, tried again for `forMs`. */
export const kodosumi = (forMs: number): ActivityInterfaceFor<Work> =>
  proxyActivities<Work>({
    taskQueue: queueOf(workflowInfo().taskQueue, KODOSUMI_QUEUE),
    scheduleToCloseTimeout: Math.max(1, forMs),
    startToCloseTimeout: WITH_FILES,
    heartbeatTimeout: HEARTBEAT,
    // A launch that is under way is waited for, so that a run which it started can be ended.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry,
  });

/** One look at the flow's run, asked for until Kodosumi answers. The job's deadline cancels it. */
export const looking = (): ActivityInterfaceFor<Looking> =>
  proxyActivities<Looking>({
    taskQueue: queueOf(workflowInfo().taskQueue, KODOSUMI_QUEUE),
    startToCloseTimeout: LOOK,
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry,
  });
