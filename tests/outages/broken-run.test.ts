import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorkers } from '../../workers/workers.ts';
import { ask, openStack, type ApiStack } from '../api/support/api.ts';
import { createWriter } from '../api/support/streams.ts';
import { connect, uniqueTaskQueue, type TemporalTestClient } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';

let stack: ApiStack;
let temporal: TemporalTestClient;
beforeAll(async () => {
  stack = await openStack();
  temporal = await connect();
});
afterAll(async () => {
  await stack.close(); // it asks Temporal until it is closed
  await temporal.close();
});

test('a run whose workflow task fails is a 503 with Retry-After that says so', async () => {
  const api = await stack.start({ settings: { commandTimeoutMs: 20_000 } });
  const writer = createWriter(stack.db);
  const id = await writer.run(`broken_${randomUUID()}`);
  const taskQueue = uniqueTaskQueue('broken');
  const { nativeConnection: connection, namespace, client } = temporal;
  const workers = await startWorkers({
    connection,
    namespace,
    taskQueue,
    activities: {},
    bundle: await workflowBundle(),
    queues: ['engine'],
  });
  try {
    const { rows } = await stack.db.pool.query<{ workflow_id: string }>(
      'select workflow_id from run where id = $1',
      [id],
    );
    const handle = await client.workflow.start('removed', {
      taskQueue,
      workflowId: rows[0]!.workflow_id,
      args: [], // a workflow that this release does not have fails at each try
    });
    const attempt = async (): Promise<number> =>
      (await handle.describe()).raw.pendingWorkflowTask?.attempt ?? 0;
    await expect.poll(attempt).toBeGreaterThan(2);
    for (const path of [`/runs/${id}/cancel`, `/runs/${id}/cancel?preview=true`]) {
      const answer = await ask(api, path, { method: 'POST', body: {} });
      expect(answer.body, path).toMatchObject({ status: 503, code: 'unavailable' });
      expect(answer.body['detail']).toMatch(/being repaired/);
      expect(answer.headers.get('retry-after')).toBe('10');
    }
    await handle.terminate();
  } finally {
    await workers.stop();
    await writer.close();
  }
});
