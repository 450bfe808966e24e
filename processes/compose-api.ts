import { Client, type ConnectionLike } from '@temporalio/client';
import type { Logger } from 'pino';
import { createServiceCatalogue } from '../activities/bazaar/from-config.ts';
import { checkpointOf } from '../config/checkpoints.ts';
import { isLoopback, type Config } from '../config/config.ts';
import { openDatabase, type Database } from '../db/database.ts';
import { createJournal } from '../db/journal.ts';
import { createNotifier } from '../db/notifier.ts';
import { canAlterAudit } from '../db/roles.ts';
import { createSealer } from '../db/sealing.ts';
import { required } from '../config/temporal-connection.ts';
import type { ServedApi } from '../api/family.ts';
import { bookOf } from '../families/assets.ts';
import type { Family } from '../families/define.ts';
import { families as served } from '../families/index.ts';
import { serveFamilies } from './serve-families.ts';
import type { ApiSettings } from '../api/settings.ts';

export interface ApiParts {
  deps: ServedApi;
  close(): Promise<void>;
}

export interface ComposeOptions {
  config: Config;
  connection: ConnectionLike;
  log: Logger;
  version: string;
  /** The connection is a worker's own: first tasks may be handed over directly. */
  eagerStart?: boolean;
  families?: readonly Family[];
}

/** Composition root of an API process. The connection is given, so that an embedded worker can share it (eager start). */
export async function composeApi({
  config,
  connection,
  log,
  version,
  eagerStart = false,
  families = served,
}: ComposeOptions): Promise<ApiParts> {
  const databaseUrl = required(config, 'DATABASE_URL');
  const db = await openDatabase(databaseUrl, {
    poolSize: config.DATABASE_POOL,
    idleInTransactionMs: config.DATABASE_IDLE_IN_TRANSACTION_MS,
  });
  const settings = { ...apiSettings(config, databaseUrl, version), eagerStart };
  if (settings.auth === 'on') await warnOfOneRole(db, log);
  const notifier = createNotifier(db.pool);
  const assets = bookOf(config, families);
  const { catalogue, close: closeServices } = createServiceCatalogue(config, assets, (text) =>
    log.warn(text),
  );
  const deps: ServedApi = {
    db,
    journal: createJournal(db.pool, notifier),
    sealer: createSealer(required(config, 'STEWARD_DATA_KEY')),
    temporal: new Client({ connection, namespace: config.TEMPORAL_NAMESPACE }),
    settings,
    log,
    assets,
    ...checkpointOf(config),
    families: await serveFamilies(families, {
      config,
      log,
      assets,
      catalogue: async () => (await catalogue.services()).services,
      cut: async () => (await catalogue.services()).cut,
    }),
  };
  return {
    deps,
    async close() {
      await closeServices();
      await notifier.close();
      await db.close();
    },
  };
}

/** One role for everything is fine for a trial; an operator with users should know that it can alter the audit trail. */
async function warnOfOneRole(db: Database, log: Logger): Promise<void> {
  if (await canAlterAudit(db.pool))
    log.warn(
      'api: the user of DATABASE_URL can alter the audit trail; docs/OPERATIONS.md, "The audit trail", says how it cannot (MIGRATION_DATABASE_URL)',
    );
}

function apiSettings(config: Config, databaseUrl: string, version: string): ApiSettings {
  return {
    auth: config.AUTH ?? (isLoopback(config.HOST) ? 'off' : 'on'),
    adminKey: config.STEWARD_ADMIN_KEY ?? null,
    corsOrigins: config.CORS_ORIGINS,
    rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE,
    trustProxy: config.TRUST_PROXY,
    connections: {
      inAll: config.MAX_CONNECTIONS,
      guestsPerClient: config.MAX_CONNECTIONS_PER_CLIENT,
      guests: config.MAX_GUEST_CONNECTIONS,
      streamsPerKey: config.MAX_STREAMS_PER_KEY,
    },
    validateResponses: config.VALIDATE_RESPONSES,
    version,
    listenUrl: config.DATABASE_LISTEN_URL ?? databaseUrl,
    temporalUiUrl: config.TEMPORAL_UI_URL ?? null,
    temporalNamespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TASK_QUEUE,
    auditAnchorEveryMs: config.AUDIT_ANCHOR_EVERY_MS,
    commandTimeoutMs: config.EARLY_APPROVAL_WAIT_MS + 5000,
    claims: { claimMs: config.IDEMPOTENCY_CLAIM_MS, waitMs: config.IDEMPOTENCY_WAIT_MS },
    sweepWaits: { pendingMs: config.START_ORPHAN_MS, claimMs: config.START_CLAIM_MS },
  };
}
