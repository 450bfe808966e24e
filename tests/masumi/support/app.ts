import { pino } from 'pino';
import { createUrlGuard } from '../../../activities/http/guard.ts';
import { createJournalActivities } from '../../../activities/journal/activities.ts';
import { createKodosumiActivities } from '../../../activities/kodosumi/activities.ts';
import { followJobs } from '../../../activities/kodosumi/follow.ts';
import type { FollowDeps } from '../../../activities/kodosumi/tools.ts';
import { createKodosumi, type KodosumiOptions } from '../../../activities/kodosumi/client/kodosumi.ts';
import { createLedgerActivities } from '../../../activities/ledger/activities.ts';
import { createMasumiActivities } from '../../../activities/payment-service/activities.ts';
import type { MasumiDeps } from '../../../activities/payment-service/tools.ts';
import type { ServedApi } from '../../../api/family.ts';
import { withNames } from '../../../processes/serve-families.ts';
import { createMasumi } from '../../../api/families/masumi/index.ts';
import type { MasumiOptions } from '../../../api/families/masumi/options.ts';
import { startApi } from '../../../api/server.ts';
import type { ApiSettings } from '../../../api/settings.ts';
import { openDatabase, type Database } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import type { Kodosumi } from '../../../domain/masumi/ports/kodosumi.ts';
import type { MasumiNode } from '../../../domain/masumi/ports/masumi-node.ts';
import { masumi as masumiFamily } from '../../../families/masumi.ts';
import type { StandInFlow } from '../../../stand-ins/kodosumi/flow.ts';
import { testFlows } from '../../../stand-ins/kodosumi/flows/samples.ts';
import { startKodosumiStandIn, type StandIn } from '../../../stand-ins/kodosumi/stand-in.ts';
import { createTell } from '../../../workers/tell.ts';
import { startWorkers, type WorkersOptions } from '../../../workers/workers.ts';
import { SETTINGS } from '../../api/support/api.ts';
import { freshDatabase } from '../../support/database.ts';
import { sampleBook } from '../../support/sample-catalogue.ts';
import { connect, uniqueTaskQueue } from '../../support/temporal.ts';
import { workflowBundle } from '../../support/workflow-bundle.ts';
import { workflowSinks } from '../../support/workflow-coverage.ts';
import { SHORT_JOB } from './times.ts';

/** The family on a real API, PostgreSQL, Temporal and workers. Kodosumi and the payment service are stand-ins. */
export interface MasumiApp {
  url: string;
  db: Database;
  deps: ServedApi;
  options: MasumiOptions;
  kodosumi: StandIn;
  /** One look at the payment service, as the watch does it every few seconds. */
  watch(): Promise<{ watched: number; changed: number; requests: number }>;
  /** AGENT_IDENTIFIER_* and PRICE_*. Changes count at once. */
  settings: Record<string, string>;
  close(): Promise<void>;
}

export interface MasumiOverrides {
  options?: Partial<Omit<MasumiOptions, 'job'>>;
  job?: Partial<MasumiOptions['job']>;
  settings?: Partial<ApiSettings>;
  flows?: readonly StandInFlow[];
  node?: MasumiNode;
  kodosumi?: (real: Kodosumi) => Kodosumi;
  /** Another Kodosumi than the stand-in, which is then not used. */
  target?: KodosumiOptions;
  activities?: Partial<
    Pick<
      FollowDeps & MasumiDeps,
      | 'pollMs'
      | 'launchMs'
      | 'largestResult'
      | 'refusedMs'
      | 'syncMs'
      | 'streams'
      | 'lookForMs'
      | 'fetchFile'
      | 'outputHash'
      | 'checkpoint'
    >
  >;
  workers?: Pick<WorkersOptions, 'maxConcurrentActivities'>;
  /** False: only the test looks at the payment service. */
  watching?: boolean;
}

const PASSWORD = 'a password of the tests';

export async function startMasumiApp(overrides: MasumiOverrides = {}): Promise<MasumiApp> {
  const [fresh, temporal, standIn] = await Promise.all([
    freshDatabase(),
    connect(),
    startKodosumiStandIn({
      port: 0,
      password: PASSWORD,
      flows: overrides.flows ?? testFlows,
      appearAfterMs: 20,
    }),
  ]);
  const db = await openDatabase(fresh.url);
  const notifier = createNotifier(db.pool);
  const journal = createJournal(db.pool, notifier);
  const sealer = createSealer('a key for tests only');
  const values = createValues(db.pool, sealer);
  const client = createKodosumi(
    overrides.target ?? { url: standIn.url, username: 'admin', password: PASSWORD, silenceMs: 2000 },
  );
  const kodosumi = overrides.kodosumi?.(client) ?? client;
  const settings: Record<string, string> = {};
  const taskQueue = uniqueTaskQueue('masumi');
  const common = {
    db,
    journal,
    sealer,
    values,
    assets: sampleBook,
    warn: () => undefined,
    tell: createTell(temporal.nativeConnection, temporal.namespace),
  };
  const payments = createMasumiActivities({
    ...common,
    node: overrides.node,
    outputHash: 'mip',
    paymentGraceMs: 0,
    ...overrides.activities,
  });
  const work: FollowDeps = {
    ...common,
    kodosumi,
    fetchFile: () => Promise.reject(new Error('no files in this test')),
    pollMs: 200,
    launchMs: 60_000,
    lookForMs: 1000,
    syncMs: 50,
    ...overrides.activities,
  };
  const workers = await startWorkers({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue,
    familyQueues: masumiFamily.queues ?? [],
    activities: {
      ...createJournalActivities(common),
      ...createLedgerActivities(common),
      ...payments,
      ...createKodosumiActivities(work),
    },
    bundle: await workflowBundle(),
    shutdownGraceMs: 100,
    ...overrides.workers,
    ...workflowSinks(),
  });
  const options: MasumiOptions = {
    taskQueue,
    kodosumi,
    node: overrides.node,
    settings: () => settings,
    sellerVkey: 'the configured key',
    mayFetch: createUrlGuard({ allowHosts: ['127.0.0.1:8443'] }).isFineAsWritten,
    signingKey: undefined,
    testMode: overrides.node === undefined,
    isPublic: false,
    startWaitMs: 10_000,
    ...overrides.options,
    job: { ...SHORT_JOB, ...overrides.job },
  };
  const deps: ServedApi = {
    db,
    journal,
    sealer,
    temporal: temporal.client,
    settings: {
      ...SETTINGS,
      commandTimeoutMs: 10_000,
      listenUrl: fresh.url,
      temporalNamespace: temporal.namespace,
      taskQueue,
      ...overrides.settings,
    },
    log: pino({ level: process.env['TEST_LOG'] === 'on' ? 'info' : 'silent' }),
    assets: sampleBook,
    families: [withNames(masumiFamily, createMasumi(options))],
  };
  const api = await startApi(deps, { host: '127.0.0.1', port: 0 });
  const watching = overrides.watching === false ? undefined : keepWatching(payments.watchPayments);
  const unfollowing = new AbortController();
  const following = followJobs(work, unfollowing.signal); // as the workflow that follows does
  return {
    url: api.url,
    db,
    deps,
    options,
    kodosumi: standIn,
    settings,
    watch: () => payments.watchPayments(),
    async close() {
      await watching?.stop();
      unfollowing.abort();
      await following;
      await api.close();
      await standIn.close();
      await workers.stop();
      await notifier.close();
      await db.close();
      await temporal.close();
      await fresh.drop();
    },
  };
}

/** Does what the watch's workflow does, in this process and more often. */
function keepWatching(look: () => Promise<unknown>): { stop(): Promise<void> } {
  const ending = new AbortController();
  const loop = (async () => {
    while (!ending.signal.aborted) {
      await look().catch(() => undefined); // the next look makes it good, as in production
      await new Promise((settle) => setTimeout(settle, 100));
    }
  })();
  return {
    async stop() {
      ending.abort();
      await loop;
    },
  };
}
