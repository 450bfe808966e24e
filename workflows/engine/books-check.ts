import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { CheckSummary, ReconciliationActivities } from '../../domain/ports/reconciliation.ts';
import { taskQueues } from '../../domain/queues.ts';

/** Compares chains, ledger and runs once. A schedule starts it, or a person. */
export async function booksCheck(): Promise<CheckSummary> {
  const { checkBooks } = proxyActivities<ReconciliationActivities>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '5m',
    heartbeatTimeout: '6s',
    retry: { maximumAttempts: 3 },
  });
  return checkBooks();
}
