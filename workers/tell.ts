import { Client, WorkflowNotFoundError, type ConnectionLike } from '@temporalio/client';
import type { WorkerContext } from './family.ts';

/** Signals a run's workflow; one that has ended has no use for it. */
export function createTell(connection: ConnectionLike, namespace: string): WorkerContext['tell'] {
  const client = new Client({ connection, namespace });
  return async (workflowId, signal, argument) => {
    try {
      await client.workflow.getHandle(workflowId).signal(signal, argument);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  };
}
