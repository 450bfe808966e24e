import { randomUUID } from 'node:crypto';
import type { ConnectionLike } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, uniqueTaskQueue, type TemporalTestClient } from '../support/temporal.ts';
import { createWorkflowState } from '../../workers/workflow-state.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

/** Temporal's enum; 9 is one that this client does not know yet. */
const STATES: [number, string, 'open' | 'told' | 'closed'][] = [
  [1, 'running', 'open'],
  [2, 'completed', 'told'],
  [3, 'failed', 'closed'],
  [4, 'cancelled', 'told'],
  [5, 'terminated', 'closed'],
  [6, 'continued as a new one', 'open'],
  [7, 'timed out', 'closed'],
  [8, 'paused by an operator', 'open'],
  [9, 'something newer', 'open'],
];

/** The real connection, except that it reports this status for every workflow. */
function saying(status: number): ConnectionLike {
  const { nativeConnection } = temporal;
  const workflowService = new Proxy(nativeConnection.workflowService, {
    get(service, name) {
      const member: unknown = Reflect.get(service, name);
      if (name !== 'describeWorkflowExecution' || typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const answer = (await member.apply(service, args)) as { workflowExecutionInfo: object };
        return { ...answer, workflowExecutionInfo: { ...answer.workflowExecutionInfo, status } };
      };
    },
  });
  return new Proxy(nativeConnection, {
    get: (connection, name) =>
      name === 'workflowService' ? workflowService : (Reflect.get(connection, name) as unknown),
  });
}

test.each(STATES)(
  'a run whose workflow has the status %i (%s) counts as %s',
  async (status, _name, state) => {
    const workflowId = `state-${randomUUID()}`;
    const args = [{ busyMs: 1, idleMs: 2, rounds: 2 }];
    const taskQueue = uniqueTaskQueue('nobody');
    const handle = await temporal.client.workflow.start('settlementSweep', { taskQueue, workflowId, args });
    expect(await createWorkflowState(saying(status), temporal.namespace)(workflowId)).toBe(state);
    await handle.terminate();
  },
);
