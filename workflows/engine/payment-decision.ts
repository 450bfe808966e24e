import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type {
  PaymentDecision,
  PaymentDecisionActivities,
  PaymentDecisionOrder,
} from '../../domain/ports/payment-decisions.ts';
import { taskQueues } from '../../domain/queues.ts';

/** Carries out a person's decision about a payment that no node can prove. */
export async function paymentDecision(order: PaymentDecisionOrder): Promise<{ decision: PaymentDecision }> {
  const { decidePayment } = proxyActivities<PaymentDecisionActivities>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '1m',
    heartbeatTimeout: '6s',
    retry: { maximumAttempts: 3 },
  });
  return decidePayment(order);
}
