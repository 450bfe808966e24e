import { Client, WorkflowNotFoundError, type ConnectionLike } from '@temporalio/client';
import { taskQueues } from '../domain/queues.ts';
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

/** Signals a workflow, and starts it first where none of its id runs. */
export function createTellOrStart(
  connection: ConnectionLike,
  namespace: string,
  base: string,
): WorkerContext['tellOrStart'] {
  const client = new Client({ connection, namespace });
  return async ({ type, id, args, summary }, signal, argument) =>
    void (await client.workflow.signalWithStart(type, {
      taskQueue: taskQueues(base).engine,
      workflowId: id,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      args,
      signal,
      signalArgs: [argument],
      staticSummary: summary,
    }));
}
