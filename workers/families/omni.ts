import { isAbsolute, join } from 'node:path';
import { createGuardedFetch } from '../../activities/http/guarded-fetch.ts';
import { createOmniActivities } from '../../activities/omni/activities.ts';
import { readOmniFiles, type OmniFiles } from '../../activities/omni/read-files.ts';
import type { OmniDeps } from '../../activities/omni/tools.ts';
import { loadConfig } from '../../db/omni/load-config.ts';
import { readState, writeMode } from '../../db/omni/state.ts';
import { bookMockBalance } from '../../db/omni/mock-balance.ts';
import { EngineError } from '../../domain/errors.ts';
import { liveMnee, MOCK_MNEE, modeOf } from '../../domain/omni/assets.ts';
import type { OmniMode } from '../../domain/omni/config.ts';
import { BATCH_COMPUTE, LOG_ARCHIVE } from '../../domain/omni/config.ts';
import { IMAGE_GEN, PRICE_ORACLE } from '../../domain/omni/tools.ts';
import { DEFAULT_TENANT } from '../../domain/tenants.ts';
import type { OmniSettings } from '../../schemas/families/omni/settings.ts';
import type { WorkerContext, WorkerPart } from '../family.ts';

type Context = WorkerContext<OmniSettings>;

const LARGEST_ANSWER = 1024 * 1024;
const CALL_MS = 5000;
const ROOT = join(import.meta.dirname, '..', '..');

/** Agents with budgets: chats that pay for each task, their agents' queues, and the watch over treasury and services. */
export function createWorker(context: Context): WorkerPart {
  const { config, log, payments } = context;
  const { mode, asset, payer } = wayToPay(context);
  // The operator's own file names these addresses, as settings do.
  const fetch = createGuardedFetch({
    guard: { check: async (url) => new URL(url), isFineAsWritten: () => true, permits: () => true },
    timeoutMs: CALL_MS,
    maxBytes: LARGEST_ANSWER,
    maxRedirects: 0,
  });
  const deps: OmniDeps = {
    ...context,
    fetch,
    base: config.TASK_QUEUE,
    tenant: DEFAULT_TENANT,
    pay: {
      mode,
      asset,
      reserve: payments.reserve,
      chainBalance: async () => (mode === 'mock' ? undefined : payments.chainBalance(asset)),
    },
    warn: (message, err) => log.warn({ err }, message),
  };
  return {
    activities: createOmniActivities(deps, config.OMNI_CHATS_PER_AGENT),
    /** A chat pays call by call, and what is paid for is done: there is nothing to take back. */
    undoLost: async () => [],
    start: () => start(context, { mode, asset, payer }),
    close: () => fetch.close(),
  };
}

interface Way {
  mode: OmniMode;
  asset: string;
  payer: string | undefined;
}

/** Live where everything is there that a payment needs, the treasury's key included. */
function wayToPay({ config, payments }: Context): Way {
  const live = liveMnee(config);
  const payer = live && payments.payer(live.id);
  const mode = live !== undefined && payer !== undefined && modeOf(config) === 'live' ? 'live' : 'mock';
  return { mode, asset: mode === 'live' ? live!.id : MOCK_MNEE.id, payer };
}

/** Where the files are; a relative path begins at the package root. */
export const filesOf = (config: OmniSettings): OmniFiles => ({
  agents: rooted(config.POLICY_CONFIG_PATH),
  services: rooted(config.SERVICE_CONFIG_PATH),
  urls: {
    [IMAGE_GEN]: config.IMAGE_GEN_URL,
    [PRICE_ORACLE]: config.PRICE_ORACLE_URL,
    [BATCH_COMPUTE]: config.BATCH_COMPUTE_URL,
    [LOG_ARCHIVE]: config.LOG_ARCHIVE_URL,
  },
});

const rooted = (path: string): string => (isAbsolute(path) ? path : join(ROOT, path));

/** Loads the files where they changed, and says how this worker pays. A file with a mistake ends the start with its lines. */
async function start({ config, db, log }: Context, { mode, asset, payer }: Way): Promise<void> {
  const read = await readOmniFiles(filesOf(config));
  if (!read.ok) {
    const lines = read.problems.map(({ file, line, path, message }) => `${file}:${line}: ${path} ${message}`);
    throw new EngineError(
      'config_invalid',
      `The files of agents and services have mistakes.\n${lines.join('\n')}`,
    );
  }
  const before = await readState(db.pool, DEFAULT_TENANT);
  if (before?.filesHash !== read.hash) {
    const kept = await db.transaction((client) => loadConfig(client, DEFAULT_TENANT, { ...read, mode }));
    if (kept.length > 0) log.warn({ kept }, 'omni: values that were changed over the API stay');
  }
  await writeMode(db.pool, DEFAULT_TENANT, { mode, token: asset, treasuryAddress: payer ?? null });
  if (mode === 'mock') await bookMockBalance(db, MOCK_MNEE, read.config.treasury.mockBalance);
  log.info({ mode, agents: read.config.agents.length, services: read.config.services.length }, 'omni: ready');
}
