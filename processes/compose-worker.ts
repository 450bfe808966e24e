import type { Logger } from 'pino';
import { createServiceCatalogue } from '../activities/bazaar/from-config.ts';
import { createCallingActivities } from '../activities/calling/activities.ts';
import { createSeller } from '../activities/calling/seller.ts';
import { createComputeActivities } from '../activities/compute/activities.ts';
import { createJournalActivities } from '../activities/journal/activities.ts';
import { createLedgerActivities } from '../activities/ledger/activities.ts';
import { createPaymentActivities } from '../activities/payments/activities.ts';
import { createEscrowActivities } from '../activities/escrow/activities.ts';
import { createFamilyPayments } from '../activities/payments/for-families.ts';
import { createRails, type RailsConfig } from '../activities/payments/rails.ts';
import { createPlanningActivities } from '../activities/planner/activities.ts';
import { createLookup } from '../activities/planner/lookups.ts';
import { createModel, type ModelUse } from '../activities/llm/create-model.ts';
import { parsePrices } from '../domain/models/prices.ts';
import { createMetered, type Metered } from '../activities/llm/metered.ts';
import { createQuestionActivities } from '../activities/questions/activities.ts';
import { createReconciliationActivities } from '../activities/reconciliation/activities.ts';
import { createRepairActivities } from '../activities/repair/activities.ts';
import type { RepairDeps } from '../activities/repair/tools.ts';
import { checkpointOf } from '../config/checkpoints.ts';
import type { Config } from '../config/config.ts';
import { openDatabase, type Database } from '../db/database.ts';
import { createJournal } from '../db/journal.ts';
import { createNotifier } from '../db/notifier.ts';
import { createSealer } from '../db/sealing.ts';
import { createValues } from '../db/values.ts';
import { costLimitsOf } from '../domain/payments/cost-limits.ts';
import { DEFAULT_TENANT } from '../domain/tenants.ts';
import { required } from '../config/temporal-connection.ts';
import { bookOf } from '../families/assets.ts';
import type { Family } from '../families/define.ts';
import type { WorkerContext, WorkerPart } from '../workers/family.ts';

/** Everything a worker process can do, and what ends it. */
export interface WorkerParts {
  activities: object;
  db: Database;
  /** What families do once their worker is up. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** How Temporal shows the workflows of runs. */
export type WorkflowLook = Pick<RepairDeps, 'workflowState' | 'runningWorkflows'>;

/** Composition root of a worker: every activity with its dependencies. */
export async function composeActivities(
  config: Config,
  log: Logger,
  workflows: WorkflowLook,
  telling: Pick<WorkerContext, 'tell' | 'tellOrStart'>,
  families: readonly Family[],
): Promise<WorkerParts> {
  const { close: closeStores, ...stores } = await openStores(config);
  const assets = bookOf(config, families);
  const {
    catalogue,
    fetch,
    close: closeServices,
  } = createServiceCatalogue(config, assets, (text) => log.warn(text));
  const rails = createRails({ assets, ...railsConfig(config, assets.escrowNetwork) });
  const seller = createSeller({ fetch, values: stores.values });
  const costLimits = costLimitsOf(config);
  const common = { ...stores, assets, costLimits, ...checkpointOf(config) };
  const parts = await familyParts(families, {
    ...common,
    config,
    log,
    ...telling,
    payments: createFamilyPayments({ ...common, rails, seller }),
    model: meteredModel(config, { ...stores, assets }),
    catalogue: async () => (await catalogue.services()).services,
  });
  const model = meteredModel(config, { ...stores, assets }, planner(config));
  const kinds = rails.all.map(({ kind, network }) => `${kind} ${network}`);
  log.info({ rails: kinds, planner: model?.model ?? 'offline rules' }, 'worker: composed');
  const activities = {
    ...engineActivities({
      ...common,
      ...workflows,
      seller,
      rails,
      fetch,
      catalogue,
      model,
      namespace: config.TEMPORAL_NAMESPACE,
      undoOfFamily: async (family, runId) => (await parts.get(family)?.undoLost?.(runId)) ?? [],
    }),
    ...escrowActivities(config, common),
    ...Object.assign({}, ...[...parts.values()].map((part) => part.activities)),
  };
  return {
    activities,
    db: stores.db,
    start: async () => void (await Promise.all([...parts.values()].map(async (part) => part.start?.()))),
    async close() {
      rails.close();
      await closeServices();
      await Promise.all([...parts.values()].map(async (part) => part.close?.()));
      await closeStores();
    },
  };
}

/** The database, and what is written to it. */
async function openStores(config: Config) {
  const db = await openDatabase(required(config, 'DATABASE_URL'), {
    poolSize: config.DATABASE_POOL,
    idleInTransactionMs: config.DATABASE_IDLE_IN_TRANSACTION_MS,
  });
  const notifier = createNotifier(db.pool);
  const sealer = createSealer(required(config, 'STEWARD_DATA_KEY'));
  return {
    db,
    journal: createJournal(db.pool, notifier),
    sealer,
    values: createValues(db.pool, sealer),
    async close() {
      await notifier.close();
      await db.close();
    },
  };
}

type EngineParts = Omit<Parameters<typeof createPlanningActivities>[0], 'db' | 'model'> &
  Parameters<typeof createCallingActivities>[0] &
  Parameters<typeof createPaymentActivities>[0] &
  Omit<RepairDeps, 'db' | 'journal' | 'assets'> & { model: Metered | undefined };

/** What the engine does, whichever family asks for it. */
const engineActivities = (all: EngineParts): object => {
  const { model, ...common } = all;
  return {
    ...createJournalActivities(common),
    ...createLedgerActivities(common),
    ...createQuestionActivities(common),
    ...createComputeActivities(common),
    ...createPlanningActivities({
      ...common,
      db: common.db.pool,
      lookup: createLookup(common.fetch),
      ...(model === undefined ? {} : { model }),
    }),
    ...createCallingActivities(common),
    ...createPaymentActivities(common),
    ...createReconciliationActivities({ ...common, operatorTenant: DEFAULT_TENANT }),
    ...createRepairActivities(common),
  };
};

/** What each family does besides what the engine can do. */
async function familyParts(
  families: readonly Family[],
  context: WorkerContext,
): Promise<Map<string, WorkerPart>> {
  const found = await Promise.all(
    families.map(async (family) => [family.name, await family.worker?.()] as const),
  );
  return new Map(
    found.flatMap(([name, part]) =>
      part === undefined ? [] : [[name, part.createWorker(context)] as const],
    ),
  );
}

const escrowSecret = (config: Config): Uint8Array | undefined =>
  config.ESCROW_KEYPAIR === undefined
    ? undefined
    : new Uint8Array(Buffer.from(config.ESCROW_KEYPAIR, 'base64'));

/** The chains that are configured; without one, plans that would pay there are refused before anything is signed. */
function railsConfig(config: Config, network: string): RailsConfig {
  const secretKey = escrowSecret(config);
  return {
    ...(config.SOLANA_RPC_URL !== undefined && secretKey !== undefined
      ? { solana: { rpcUrl: config.SOLANA_RPC_URL, network, secretKey } }
      : {}),
    ...(config.EVM_RPC_URL !== undefined && config.EVM_FLOAT_KEY !== undefined
      ? {
          evm: {
            rpcUrl: config.EVM_RPC_URL,
            chainId: config.EVM_CHAIN_ID,
            privateKey: config.EVM_FLOAT_KEY,
            bumpAfterMs: config.EVM_FEE_BUMP_MS,
            ...(config.EVM_ROUTER_ADDRESS === undefined ? {} : { router: config.EVM_ROUTER_ADDRESS }),
          },
        }
      : {}),
  };
}

function escrowActivities(
  config: Config,
  common: Omit<Parameters<typeof createEscrowActivities>[0], 'solana'>,
): object {
  const secretKey = escrowSecret(config);
  if (config.SOLANA_RPC_URL === undefined || secretKey === undefined) return {};
  return createEscrowActivities({ ...common, solana: { rpcUrl: config.SOLANA_RPC_URL, secretKey } });
}

const planner = (config: Config): ModelUse => ({
  who: 'The planning model',
  model: { setting: 'PLANNER_MODEL', name: config.PLANNER_MODEL },
});

/** A model, counted in the budgets of tokens; undefined where nobody is to be asked. */
function meteredModel(
  config: Config,
  deps: Omit<Parameters<typeof createMetered>[1], 'prices'>,
  use?: ModelUse,
): Metered | undefined {
  const model = createModel(config, use);
  return model && createMetered(model, { ...deps, prices: parsePrices(config.MODEL_PRICES) });
}
