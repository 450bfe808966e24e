import '../config/quiet-bindings.ts';
import { Connection } from '@temporalio/client';
import { loadConfig } from '../families/config.ts';
import { prepareSchema } from '../families/schema.ts';
import { createLog, logLastWords } from '../config/logging.ts';
import { runMain, tellParent } from './run-main.ts';
import { required, temporalOptions } from '../config/temporal-connection.ts';
import { VERSION } from '../config/version.ts';
import { composeApi } from './compose-api.ts';
import { startApi } from '../api/server.ts';

/** An API process: `npm run api`. Stateless: any number may run against one database and one Temporal. */
await runMain('The API', async () => {
  const config = loadConfig();
  const log = createLog(config.LOG_LEVEL, 'api');
  logLastWords(log);
  log.info({ temporal: config.TEMPORAL_ADDRESS }, 'api: starting');
  await prepareSchema(required(config, 'DATABASE_URL'), config.MIGRATION_DATABASE_URL);
  const connection = await Connection.connect(temporalOptions(config));
  const parts = await composeApi({ config, connection, log, version: VERSION });
  if (parts.deps.settings.auth === 'on' && parts.deps.settings.adminKey === null)
    log.warn(
      'api: AUTH=on without STEWARD_ADMIN_KEY: only keys that exist already work; set it to create the first one',
    );
  const api = await startApi(parts.deps, { host: config.HOST, port: config.PORT });
  log.info({ url: api.url }, 'api: ready');
  tellParent({ type: 'ready', url: api.url });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'api: draining');
      void api
        .close()
        .then(() => parts.close())
        .then(() => connection.close())
        .then(() => log.info('api: stopped'));
    });
});
