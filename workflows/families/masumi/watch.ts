import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import { readWatchWaits } from '../../../domain/messages/starts.ts';
import type { PaymentWatchActivities } from '../../../domain/masumi/ports/jobs.ts';
import { taskQueues } from '../../../domain/queues.ts';
import { autoUpgrade } from '../../engine/auto-upgrade.ts';
import { readStart } from '../../engine/read-start.ts';

/** Asks the payment service about every job that waits there. One runs per installation. */
export async function masumiWatch(waits: { everyMs: number; rounds: number }): Promise<void> {
  readStart(readWatchWaits, waits);
  const { watchPayments } = proxyActivities<PaymentWatchActivities>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '5m',
    heartbeatTimeout: '6s',
    retry: { initialInterval: 1000, maximumInterval: 30_000 },
  });
  for (let round = 0; round < waits.rounds; round++) {
    const { watched } = await watchPayments();
    await sleep(waits.everyMs, { summary: `${watched} payments watched` });
  }
  await continueAsNew<typeof masumiWatch>(waits);
}

autoUpgrade(masumiWatch);
