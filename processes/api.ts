import { Connection } from '@temporalio/client';
import { loadConfig } from '../families/config.ts';
import { prepareSchema } from '../families/schema.ts';
import { createLog, logLastWords } from '../config/logging.ts';
import { runMain, tellParent } from './run-main.ts';
import { required, temporalOptions } from '../config/temporal-connection.ts';
import { VERSION } from '../config/version.ts';
import { composeApi } from './compose-api.ts';
import { noDatabase, noTemporal } from './reach.ts';
import { startApi } from '../api/server.ts';

/** An API process: `npm run api`. Stateless: any number may run against one database and one Temporal. */
await runMain('The API', async () => {
  const config = loadConfig();
  const log = createLog(config.LOG_LEVEL, 'api');
  logLastWords(log);
  log.info({ temporal: config.TEMPORAL_ADDRESS }, 'api: starting');
  const databaseUrl = required(config, 'DATABASE_URL');
  await prepareSchema(databaseUrl, config.MIGRATION_DATABASE_URL).catch(noDatabase(databaseUrl));
  const connection = await Connection.connect(temporalOptions(config)).catch(noTemporal(config));
  const parts = await composeApi({ config, connection, log, version: VERSION });
  if (parts.deps.settings.auth === 'on' && parts.deps.settings.adminKey === null)
    log.warn(
      'api: AUTH=on without STEWARD_ADMIN_KEY: only keys that exist already work; set it to create the first one',
    );
  const api = await startApi(parts.deps, { host: config.HOST, port: config.PORT });
  log.info({ url: api.url }, 'api: ready');
  tellParent({ type: 'ready', url: api.url });
  return {
    async stop(signal) {
      log.info({ signal }, 'api: draining');
      await api.close();
      await parts.close();
      await connection.close();
      log.info('api: stopped');
    },
  };
});
