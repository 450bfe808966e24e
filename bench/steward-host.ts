import { composeApi } from '../processes/compose-api.ts';
import { reasoningOptions } from '../api/families/reasoning/from-config.ts';
import { planAsset } from '../domain/assets.ts';
import { bookOf } from '../families/assets.ts';
import { startStack, stackConfig } from '../embedded/stack.ts';
import { createLog } from '../config/logging.ts';
import { VERSION } from '../config/version.ts';
import { quietRuntime } from '../processes/quiet-runtime.ts';
import { serve } from './harness/host.ts';
import { closedLoop, type Batch } from './harness/load.ts';
import { createDirectRuns, type DirectRuns } from './steward/direct.ts';
import { countStatements, type StatementCounts } from './steward/statements.ts';

/**
 * What `npm start` runs, in one process that the bench can ask for load: it starts and approves runs with the API's own
 * functions, without HTTP. The process is also a client, with connections of its own.
 */
const { dataDir } = JSON.parse(process.argv[2] ?? '{}') as { dataDir: string };
const config = stackConfig({ port: undefined, data: dataDir, anyPorts: true, application: true });
const log = createLog(config.LOG_LEVEL, 'bench');
quietRuntime(log);
const began = performance.now();
const stack = await startStack(config, {
  application: true,
  standIns: false,
  log,
  progress: (message) => log.info(message),
});
const readyMs = performance.now() - began;
const { application, environment } = stack;
if (application === undefined) throw new Error('The stack was started without its application.');

const parts = await composeApi({
  config: environment.config,
  connection: application.client.connection,
  log,
  version: VERSION,
  eagerStart: true,
});
const assets = bookOf(environment.config);
const options = reasoningOptions({
  config: environment.config,
  assets,
  planAsset: planAsset(assets),
  catalogue: async () => [],
});
const direct: DirectRuns = createDirectRuns(parts.deps, options);
let statements: StatementCounts | undefined;

export interface StewardInfo {
  url: string;
  readyMs: number;
  databaseUrl: string;
  temporalAddress: string;
  solanaRpcUrl: string;
  demoUserKey: string;
  escrowAddress: string;
  mint: string;
}

interface LoadArgs {
  request: string;
  userId: string;
  count: number;
  concurrency: number;
}

const { local } = environment;
serve(
  {
    load: ({ request, userId, count, concurrency }: LoadArgs): Promise<Batch> =>
      closedLoop(count, concurrency, async () => void (await direct.run(request, userId))),
    one: ({ request, userId }: { request: string; userId: string }) => direct.run(request, userId),
    /** Statements since this was asked first. Counting begins with that first question. */
    statements: () => Promise.resolve({ ...(statements ??= countStatements()) }),
  },
  {
    url: application.url,
    readyMs,
    // The ledger's bench creates tables, which only the owner may.
    databaseUrl: environment.config.MIGRATION_DATABASE_URL ?? environment.config.DATABASE_URL ?? '',
    temporalAddress: environment.config.TEMPORAL_ADDRESS ?? '',
    solanaRpcUrl: local?.solana.rpcUrl ?? '',
    demoUserKey: local?.solana.demoUser.secretKey ?? '',
    escrowAddress: local?.solana.escrow.address ?? '',
    mint: local?.solana.mint.address ?? '',
  } satisfies StewardInfo,
  async () => {
    await parts.close();
    await stack.stop();
  },
);
