import { Client, WorkflowNotFoundError, type ConnectionLike } from '@temporalio/client';
import type { WorkflowState } from '../activities/reconciliation/tools.ts';

/** Whatever else it is called, now or by a later server, it may still go on: paused, or continued as a new one. */
const CLOSED: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

/** Asks Temporal how the workflow of a run stands. Throws when the server does not answer. */
export function createWorkflowState(
  connection: ConnectionLike,
  namespace: string,
): (workflowId: string) => Promise<WorkflowState> {
  const client = new Client({ connection, namespace });
  return async (workflowId) => {
    try {
      const { status } = await client.workflow.getHandle(workflowId).describe();
      return CLOSED.has(status.name) ? 'closed' : 'open';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'missing';
      throw error;
    }
  };
}
