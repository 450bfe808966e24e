import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { composeApi } from './compose-api.ts';
import { startApi } from '../api/server.ts';
import type { Config } from '../config/config.ts';
import { upgradeSchema } from '../families/schema.ts';
import { required, temporalOptions } from '../config/temporal-connection.ts';
import { VERSION } from '../config/version.ts';
import type { Family } from '../families/define.ts';
import { families as served } from '../families/index.ts';
import { startWork } from './start-work.ts';

/** API and workers in one process. They share a connection, so runs start eagerly: a round trip less each. */
export interface Application {
  url: string;
  client: Client;
  /** `progress` hears what is waited for. */
  stop(progress?: (message: string) => void): Promise<void>;
  /** Rejects when the workers fail. */
  finished: Promise<void>;
}

export async function startApplication(
  config: Config,
  log: Logger,
  families: readonly Family[] = served,
): Promise<Application> {
  const [applied, connection] = await Promise.all([
    upgradeSchema(required(config, 'DATABASE_URL'), config.MIGRATION_DATABASE_URL, families),
    NativeConnection.connect(temporalOptions(config)),
  ]);
  if (applied.length > 0) log.info({ applied }, 'database: migrated');
  const workers = await startWork(config, connection, log, undefined, families);
  const serving = await composeApi({ config, connection, log, version: VERSION, eagerStart: true, families });
  const api = await startApi(serving.deps, { host: config.HOST, port: config.PORT });
  return {
    url: api.url,
    client: serving.deps.temporal,
    finished: workers.finished,
    async stop(progress = () => undefined) {
      progress('the API finishes its answers');
      await api.close();
      progress(`the workers finish what they do, for ${config.WORKER_DRAIN_MS / 1000} s (WORKER_DRAIN_MS)`);
      await workers.stop();
      await serving.close();
      await connection.close();
    },
  };
}
