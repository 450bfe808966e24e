import { Client, type ConnectionLike } from '@temporalio/client';
import { taskQueues } from '../domain/queues.ts';

const SWEEP = { busyMs: 2000, idleMs: 10_000, rounds: 200 };

/**
 * Starts what runs once for the whole installation, unless it runs already. Every worker process may call it; `anew`
 * ends what runs first, which loses nothing: the payments are in the database.
 */
export async function ensureStandingWorkflows(
  connection: ConnectionLike,
  namespace: string,
  taskQueue: string,
  { anew = false } = {},
): Promise<void> {
  const client = new Client({ connection, namespace });
  await client.workflow.start('settlementSweep', {
    taskQueue: taskQueues(taskQueue).engine,
    workflowId: `${taskQueue}-settlement-sweep`,
    workflowIdConflictPolicy: anew ? 'TERMINATE_EXISTING' : 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    args: [SWEEP],
    staticSummary: 'Posts payments that became final, follows those that runs left behind',
  });
}
