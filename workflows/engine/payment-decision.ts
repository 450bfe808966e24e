import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { readPaymentDecision } from '../../domain/messages/starts.ts';
import type {
  PaymentDecision,
  PaymentDecisionActivities,
  PaymentDecisionOrder,
} from '../../domain/ports/payment-decisions.ts';
import { taskQueues } from '../../domain/queues.ts';
import { readStart } from './read-start.ts';

/** Carries out a person's decision about a payment that no node can prove. */
export async function paymentDecision(order: PaymentDecisionOrder): Promise<{ decision: PaymentDecision }> {
  readStart(readPaymentDecision, order);
  const { decidePayment } = proxyActivities<PaymentDecisionActivities>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '1m',
    heartbeatTimeout: '6s',
    retry: { maximumAttempts: 3 },
  });
  return decidePayment(order);
}
