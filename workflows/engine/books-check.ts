import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { CheckSummary, ReconciliationActivities } from '../../domain/ports/reconciliation.ts';
import { taskQueues } from '../../domain/queues.ts';

/** One three-way check of chains, ledger and runs: by schedule, or because a person asked. */
export async function booksCheck(): Promise<CheckSummary> {
  const { checkBooks } = proxyActivities<ReconciliationActivities>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '5m',
    heartbeatTimeout: '6s',
    retry: { maximumAttempts: 3 },
  });
  return checkBooks();
}
