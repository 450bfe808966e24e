import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import { readSweepWaits } from '../../domain/messages/starts.ts';
import type { PaymentActivities } from '../../domain/ports/payments.ts';
import { taskQueues } from '../../domain/queues.ts';
import { autoUpgrade } from './auto-upgrade.ts';
import { readStart } from './read-start.ts';

/** Posts payments that became final, and follows payments that runs left behind. One runs per installation. */
export async function settlementSweep(waits: {
  busyMs: number;
  idleMs: number;
  rounds: number;
}): Promise<void> {
  readStart(readSweepWaits, waits);
  const { sweepPayments } = proxyActivities<Pick<PaymentActivities, 'sweepPayments'>>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '1m',
    heartbeatTimeout: '6s',
  });
  for (let round = 0; round < waits.rounds; round++) {
    const { open } = await sweepPayments({ limit: 200 });
    await sleep(open > 0 ? waits.busyMs : waits.idleMs, { summary: `${open} payments open` });
  }
  await continueAsNew<typeof settlementSweep>(waits);
}

autoUpgrade(settlementSweep);
