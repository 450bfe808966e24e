import { NativeConnection } from '@temporalio/worker';
import { loadConfig } from '../families/config.ts';
import { createLog, logLastWords } from '../config/logging.ts';
import { runMain, tellParent } from './run-main.ts';
import { required, temporalOptions } from '../config/temporal-connection.ts';
import { prepareSchema } from '../families/schema.ts';
import { quietRuntime } from './quiet-runtime.ts';
import { buildOf } from '../workers/version.ts';
import { startWork } from './start-work.ts';

/** A worker process: `npm run worker`. Drains on SIGTERM; stateless, so any number may run. */
await runMain('The worker', async () => {
  const config = loadConfig();
  const log = createLog(config.LOG_LEVEL, 'worker');
  logLastWords(log);
  quietRuntime(log);
  const build = await buildOf(config);
  const { TEMPORAL_ADDRESS: temporal, WORKER_QUEUES: queues } = config;
  log.info({ temporal, queues, version: build.version }, 'worker: starting');
  await prepareSchema(required(config, 'DATABASE_URL'), config.MIGRATION_DATABASE_URL);
  const connection = await NativeConnection.connect(temporalOptions(config));
  const workers = await startWork(config, connection, log, build);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'worker: draining');
      void workers.stop();
    });
  tellParent({ type: 'ready' });
  log.info('worker: ready');
  await workers.finished;
  await connection.close();
  log.info('worker: stopped');
});
