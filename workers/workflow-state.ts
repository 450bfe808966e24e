import { Client, WorkflowNotFoundError, type ConnectionLike } from '@temporalio/client';
import type { WorkflowState } from '../activities/reconciliation/tools.ts';

/** Asks Temporal how the workflow of a run stands. Throws when the server does not answer. */
export function createWorkflowState(
  connection: ConnectionLike,
  namespace: string,
): (workflowId: string) => Promise<WorkflowState> {
  const client = new Client({ connection, namespace });
  return async (workflowId) => {
    try {
      const { status } = await client.workflow.getHandle(workflowId).describe();
      return status.name === 'RUNNING' ? 'open' : 'closed';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'missing';
      throw error;
    }
  };
}
