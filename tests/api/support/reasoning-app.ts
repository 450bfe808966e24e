import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { ServedApi } from '../../../api/family.ts';
import { reasoning as reasoningFamily } from '../../../families/reasoning.ts';
import { withNames } from '../../../processes/serve-families.ts';
import { createFormGuard } from '../../../api/families/reasoning/escrow/form-guard.ts';
import type { ReasoningOptions } from '../../../api/families/reasoning/options.ts';
import { createReasoning } from '../../../api/families/reasoning/index.ts';
import { startApi } from '../../../api/server.ts';
import type { ApiSettings } from '../../../api/settings.ts';
import { openDatabase, type Database } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { applyTransfer } from '../../../db/ledger.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import { escrowAccount, worldAccount } from '../../../domain/accounts.ts';
import { escrowAsset } from '../../../domain/assets.ts';
import { move } from '../../../domain/ledger.ts';
import { parseUnits } from '../../../domain/money.ts';
import { startWorkers } from '../../../workers/workers.ts';
import { CONNECTIONS } from './api.ts';
import { freshDatabase } from '../../support/database.ts';
import { sampleBook, sampleCatalogue } from '../../support/sample-catalogue.ts';
import { connect, uniqueTaskQueue } from '../../support/temporal.ts';
import { workflowBundle } from '../../support/workflow-bundle.ts';
import { workflowSinks } from '../../support/workflow-coverage.ts';
import { scriptedActivities, type Scenario } from './reasoning-activities.ts';

/** The family on a real API, real PostgreSQL and real Temporal. Only the outside world is scripted, for each user. */
export interface ReasoningApp {
  url: string;
  db: Database;
  deps: ServedApi;
  options: ReasoningOptions;
  /** A new user for one test, with the script of its runs. */
  user(scenario?: Scenario): string;
  /** Puts whole units into a user's escrow, as a deposit would. */
  fund(userId: string, amount: string, asset?: string): Promise<void>;
  /** Other workers take over, and know nothing but what is written down. */
  restartWorkers(): Promise<void>;
  close(): Promise<void>;
}

export interface AppOverrides {
  settings?: Partial<ApiSettings>;
  options?: Partial<ReasoningOptions>;
  run?: Partial<ReasoningOptions['run']>;
  escrow?: Partial<ReasoningOptions['escrow']>;
  /** False: no worker serves the queues. */
  workers?: boolean;
  /** More activities, which replace the scripted ones. */
  activities?: (parts: { db: Database; scripted: ReturnType<typeof scriptedActivities> }) => object;
}

export const ESCROW_ADDRESS = 'GmFQZ6kpp5zSR1yUdjHJVrPTznTrHVZZxBVn5UaTTeVt';

export async function startReasoningApp(overrides: AppOverrides = {}): Promise<ReasoningApp> {
  const [fresh, temporal] = await Promise.all([freshDatabase(), connect()]);
  const db = await openDatabase(fresh.url);
  const notifier = createNotifier(db.pool);
  const journal = createJournal(db.pool, notifier);
  const sealer = createSealer('a key for tests only');
  const options = reasoningTestOptions(overrides);
  const scenarios = new Map<string, Scenario>();
  const parts = {
    db,
    journal,
    sealer,
    values: createValues(db.pool, sealer),
    assets: options.assets,
    scenarioOf: (userId: string): Scenario => {
      const found = scenarios.get(userId);
      if (found === undefined) throw new Error(`no scenario for ${userId}`);
      return found;
    },
  };
  const scripted = scriptedActivities(parts);
  const start = async () =>
    startWorkers({
      connection: temporal.nativeConnection,
      namespace: temporal.namespace,
      taskQueue: options.taskQueue,
      activities: { ...scripted, ...overrides.activities?.({ db, scripted }) },
      bundle: await workflowBundle(),
      ...workflowSinks(),
    });
  let workers = overrides.workers === false ? undefined : await start();
  const settings = {
    ...API_SETTINGS,
    listenUrl: fresh.url,
    temporalNamespace: temporal.namespace,
    taskQueue: options.taskQueue,
    ...overrides.settings,
  };
  const log = pino({ level: process.env['TEST_LOG'] === 'on' ? 'info' : 'silent' });
  const deps: ServedApi = {
    db,
    journal,
    sealer,
    temporal: temporal.client,
    settings,
    log,
    assets: options.assets,
    families: [withNames(reasoningFamily, createReasoning(options))],
  };
  const api = await startApi(deps, { host: '127.0.0.1', port: 0 });
  return {
    url: api.url,
    db,
    deps,
    options,
    user(scenario) {
      const userId = `user_${randomUUID()}`;
      if (scenario !== undefined) scenarios.set(userId, scenario);
      return userId;
    },
    fund: (userId, amount, code = 'USDC') => fund(db, userId, amount, code),
    async restartWorkers() {
      await workers?.stop();
      workers = await start();
    },
    async close() {
      await api.close();
      await workers?.stop();
      await notifier.close();
      await db.close();
      await temporal.close();
      await fresh.drop();
    },
  };
}

const API_SETTINGS: Omit<ApiSettings, 'listenUrl' | 'temporalNamespace' | 'taskQueue'> = {
  auth: 'off',
  adminKey: null,
  corsOrigins: [],
  rateLimitPerMinute: 0,
  trustProxy: 0,
  connections: CONNECTIONS,
  validateResponses: true,
  version: 'test',
  temporalUiUrl: null,
  auditAnchorEveryMs: 0,
  commandTimeoutMs: 10_000,
};

export function reasoningTestOptions({ options, run, escrow }: AppOverrides = {}): ReasoningOptions {
  const fine = async (): Promise<{ status: 'ok' }> => ({ status: 'ok' });
  return {
    taskQueue: uniqueTaskQueue('reasoning'),
    run: {
      approvalTtlMs: 20_000,
      earlyApprovalWaitMs: 1000,
      callTimeoutMs: 5000,
      concurrency: 5,
      planningTimeoutMs: 10_000,
      sellerTimeoutMs: 1000,
      localCallMs: 50,
      reconcileIntervalMs: 20,
      reconcileGiveUpMs: 200,
      ...run,
    },
    maxTimeMs: 30_000,
    maxCost: null,
    planAsset: 'USDC',
    assets: sampleBook,
    escrow: {
      address: ESCROW_ADDRESS,
      network: 'devnet',
      defaultAsset: 'SOL',
      waitMs: 5000,
      chainWaits: { pollMs: 20, giveUpMs: 5000 },
      guard: createFormGuard(ESCROW_ADDRESS),
      terms: { prices: new Map(), minimums: new Map() },
      ...escrow,
    },
    catalogue: async () => sampleCatalogue(),
    probes: { chain: fine, facilitator: fine, planner: fine },
    ...options,
  };
}

async function fund(db: Database, userId: string, amount: string, code: string): Promise<void> {
  const asset = escrowAsset(sampleBook, code)!;
  const entries = move(
    worldAccount(asset),
    escrowAccount('default', userId, asset),
    parseUnits(amount, asset.decimals),
  );
  await applyTransfer(db.pool, {
    id: `funding:${randomUUID()}`,
    kind: 'funding',
    state: 'posted',
    tenant: 'default',
    entries,
  });
}
