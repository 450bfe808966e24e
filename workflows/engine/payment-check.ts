import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { readPaymentToCheck } from '../../domain/messages/starts.ts';
import type { PaymentActivities, ReconcileOutcome } from '../../domain/ports/payments.ts';
import { taskQueues } from '../../domain/queues.ts';
import { readStart } from './read-start.ts';

interface PaymentToCheck {
  /** Null where the payment belongs to no run. */
  runId: string | null;
  intentId: string;
}

/** Looks at the chain for one payment because a person asked; what it proves is written down, nothing is sent. */
export async function paymentCheck(given: PaymentToCheck): Promise<ReconcileOutcome> {
  const { runId, intentId } = readStart(readPaymentToCheck, given);
  const { reconcilePayment } = proxyActivities<Pick<PaymentActivities, 'reconcilePayment'>>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '1m',
    heartbeatTimeout: '6s',
    retry: { maximumAttempts: 3 },
  });
  return reconcilePayment({ intentId, ride: runId === null ? null : { runId, events: [] } });
}
