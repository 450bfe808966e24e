import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { connect, uniqueTaskQueue } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

test('tests share one server, whose search attributes are registered', async () => {
  const { client, close } = await connect();
  const taskQueue = uniqueTaskQueue('support');
  const searchAttributes = {
    StewardFamily: ['f'],
    StewardTenant: ['t'],
    StewardStatus: ['s'],
    StewardSubject: ['u'],
  };
  const handle = await client.workflow.start('nobody-runs-it', {
    workflowId: taskQueue,
    taskQueue,
    searchAttributes,
  });
  expect((await handle.describe()).searchAttributes).toEqual(searchAttributes);
  await handle.terminate();
  await close();
});

test('the bundle of all workflows is made once for all who ask, and a worker starts with it', async () => {
  const [bundle, again] = await Promise.all([workflowBundle(), workflowBundle()]);
  expect(bundle).toEqual(again);
  const { nativeConnection, namespace, close } = await connect();
  const worker = await Worker.create({
    connection: nativeConnection,
    namespace,
    taskQueue: uniqueTaskQueue('support'),
    workflowBundle: bundle,
  });
  await worker.runUntil(() => expect.poll(() => worker.getState()).toBe('RUNNING'));
  expect(worker.getState()).toBe('STOPPED');
  await close();
});
