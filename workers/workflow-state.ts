import { Client, WorkflowNotFoundError, type ConnectionLike } from '@temporalio/client';
import type { WorkflowState } from '../activities/reconciliation/tools.ts';

/** States in which a workflow is over. Any other, also one that a later server adds, may still go on. */
const OVER: ReadonlyMap<string, WorkflowState> = new Map<string, WorkflowState>([
  ['COMPLETED', 'told'],
  ['CANCELLED', 'told'],
  ['FAILED', 'closed'],
  ['TERMINATED', 'closed'],
  ['TIMED_OUT', 'closed'],
]);

/** Asks Temporal how the workflow of a run stands. Throws when the server does not answer. */
export function createWorkflowState(
  connection: ConnectionLike,
  namespace: string,
): (workflowId: string) => Promise<WorkflowState> {
  const client = new Client({ connection, namespace });
  return async (workflowId) => {
    try {
      const { status } = await client.workflow.getHandle(workflowId).describe();
      return OVER.get(status.name) ?? 'open';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'missing';
      throw error;
    }
  };
}

/** Ids of all workflows of this installation that run, as Temporal lists them. */
export function createRunningWorkflows(
  connection: ConnectionLike,
  namespace: string,
  taskQueue: string,
): () => Promise<ReadonlySet<string>> {
  const client = new Client({ connection, namespace });
  const query = `ExecutionStatus = "Running" AND TaskQueue = ${JSON.stringify(taskQueue)}`;
  return async () => {
    const ids = new Set<string>();
    for await (const { workflowId } of client.workflow.list({ query, pageSize: 1000 })) ids.add(workflowId);
    return ids;
  };
}
