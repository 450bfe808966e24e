import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { serve } from './harness/host.ts';
import { closedLoop, type Batch } from './harness/load.ts';
import { createPeerActivities } from './peer/activities.ts';

/** The peer: a bare worker with its client in one process on one connection, as Steward's API and workers are. */
const { address, serviceUrl } = JSON.parse(process.argv[2] ?? '{}') as {
  address: string;
  serviceUrl: string;
};
const TASK_QUEUE = 'bench-peer';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const connection = await NativeConnection.connect({ address });
const { close, ...activities } = createPeerActivities(serviceUrl);
const workflowsPath = fileURLToPath(new URL('peer/workflow.ts', import.meta.url));
const worker = await Worker.create({
  connection,
  namespace: 'default',
  taskQueue: TASK_QUEUE,
  workflowBundle: await bundleWorkflowCode({ workflowsPath }),
  activities,
  // Steward's own numbers (workers/workers.ts)
  maxConcurrentWorkflowTaskExecutions: 40,
  maxCachedWorkflows: 1000,
  maxConcurrentActivityTaskExecutions: 100,
  maxConcurrentLocalActivityExecutions: 100,
});
const finished = worker.run();
const client = new Client({ connection });
let started = 0;

async function run(kind: 'remote' | 'local'): Promise<string> {
  const workflowId = `bench-peer-${process.pid}-${(started += 1)}`;
  const options = { taskQueue: TASK_QUEUE, workflowId, args: [kind], requestEagerStart: true };
  const handle = await client.workflow.start('peer', options);
  await handle.executeUpdate('approve');
  await handle.result();
  return workflowId;
}

interface LoadArgs {
  kind: 'remote' | 'local';
  count: number;
  concurrency: number;
}

serve(
  {
    load: ({ kind, count, concurrency }: LoadArgs): Promise<Batch> =>
      closedLoop(count, concurrency, async () => void (await run(kind))),
    /** One run, for a look at its history. */
    one: ({ kind }: { kind: 'remote' | 'local' }) => run(kind),
  },
  {},
  async () => {
    worker.shutdown();
    await finished;
    await close();
    await connection.close();
  },
);
