import { NativeConnection } from '@temporalio/worker';
import { loadConfig } from '../families/config.ts';
import { createLog, logLastWords } from '../config/logging.ts';
import { runMain, tellParent } from './run-main.ts';
import { required, temporalOptions } from '../config/temporal-connection.ts';
import { prepareSchema } from '../families/schema.ts';
import { noDatabase, noTemporal } from './reach.ts';
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
  const databaseUrl = required(config, 'DATABASE_URL');
  await prepareSchema(databaseUrl, config.MIGRATION_DATABASE_URL).catch(noDatabase(databaseUrl));
  const connection = await NativeConnection.connect(temporalOptions(config)).catch(noTemporal(config));
  const workers = await startWork(config, connection, log, build);
  tellParent({ type: 'ready' });
  log.info('worker: ready');
  return {
    finished: workers.finished,
    async stop(signal) {
      log.info({ signal, atMostMs: config.WORKER_DRAIN_MS }, 'worker: draining');
      // It was told to stop, and it does: what it did last and could not tell is done again by another worker.
      const cut = await workers.stop().catch((err: unknown) => ({ err }));
      if (cut !== undefined)
        log.warn(cut, 'worker: Temporal did not hear what it did last; it is done again');
      await connection.close();
      log.info('worker: stopped');
    },
  };
});
