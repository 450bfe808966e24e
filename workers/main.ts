import { NativeConnection } from '@temporalio/worker';
import { loadConfig } from '../config.ts';
import { createLog } from '../logging.ts';
import { runMain } from '../run-main.ts';
import { required, temporalOptions } from '../temporal-connection.ts';
import { migrate } from '../db/migrate.ts';
import { composeActivities } from './compose.ts';
import { quietRuntime } from './runtime.ts';
import { ensureStandingWorkflows } from './standing-workflows.ts';
import { startWorkers } from './workers.ts';

/** A worker process: `npm run worker`. Drains on SIGTERM; stateless, so any number may run. */
await runMain('The worker', async () => {
  const config = loadConfig();
  const log = createLog(config.LOG_LEVEL, 'worker');
  quietRuntime(log);
  log.info({ temporal: config.TEMPORAL_ADDRESS, queues: config.WORKER_QUEUES }, 'worker: starting');
  await migrate(required(config, 'DATABASE_URL'));
  const connection = await NativeConnection.connect(temporalOptions(config));
  const parts = await composeActivities(config, log);
  const workers = await startWorkers({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TASK_QUEUE,
    activities: parts.activities,
    queues: config.WORKER_QUEUES,
    maxConcurrentActivities: config.MAX_CONCURRENT_ACTIVITIES,
    ...(config.WORKFLOW_BUNDLE === undefined ? {} : { bundle: { codePath: config.WORKFLOW_BUNDLE } }),
  });
  await ensureStandingWorkflows(connection, config.TEMPORAL_NAMESPACE, config.TASK_QUEUE);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'worker: draining');
      void workers.stop();
    });
  process.send?.({ type: 'ready' });
  log.info('worker: ready');
  await workers.finished;
  await parts.close();
  await connection.close();
  log.info('worker: stopped');
});
