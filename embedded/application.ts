import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { composeApi } from '../api/compose.ts';
import { startApi } from '../api/server.ts';
import type { Config } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { required, temporalOptions } from '../temporal-connection.ts';
import { VERSION } from '../version.ts';
import { composeActivities } from '../workers/compose.ts';
import { ensureStandingWorkflows } from '../workers/standing-workflows.ts';
import { startWorkers } from '../workers/workers.ts';

/** API and workers in one process. They share a connection, so runs start eagerly: a round trip less each. */
export interface Application {
  url: string;
  client: Client;
  stop(): Promise<void>;
  /** Rejects when the workers fail. */
  finished: Promise<void>;
}

export async function startApplication(config: Config, log: Logger): Promise<Application> {
  const [applied, connection] = await Promise.all([
    migrate(required(config, 'DATABASE_URL')),
    NativeConnection.connect(temporalOptions(config)),
  ]);
  if (applied.length > 0) log.info({ applied }, 'database: migrated');
  const work = await composeActivities(config, log);
  const workers = await startWorkers({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TASK_QUEUE,
    activities: work.activities,
    queues: config.WORKER_QUEUES,
    maxConcurrentActivities: config.MAX_CONCURRENT_ACTIVITIES,
  });
  await ensureStandingWorkflows(connection, config.TEMPORAL_NAMESPACE, config.TASK_QUEUE);
  const serving = await composeApi({ config, connection, log, version: VERSION, eagerStart: true });
  const api = await startApi(serving.deps, { host: config.HOST, port: config.PORT });
  return {
    url: api.url,
    client: serving.deps.temporal,
    finished: workers.finished,
    async stop() {
      await api.close();
      await workers.stop();
      await Promise.all([serving.close(), work.close()]);
      await connection.close();
    },
  };
}
