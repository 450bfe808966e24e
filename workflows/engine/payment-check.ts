import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { PaymentActivities, ReconcileOutcome } from '../../domain/ports/payments.ts';
import { taskQueues } from '../../domain/queues.ts';

/** Looks at the chain for one payment because a person asked. It writes down what is proven and sends nothing. */
export async function paymentCheck(payment: { runId: string; intentId: string }): Promise<ReconcileOutcome> {
  const { reconcilePayment } = proxyActivities<Pick<PaymentActivities, 'reconcilePayment'>>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '1m',
    heartbeatTimeout: '6s',
    retry: { maximumAttempts: 3 },
  });
  return reconcilePayment({ ...payment, ride: { runId: payment.runId, events: [] } });
}
