import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { loadConfig, type Config } from '../families/config.ts';
import { describeError } from '../domain/errors.ts';
import { queueOf } from '../domain/queues.ts';
import { families } from '../families/index.ts';
import { vocabularyOf } from '../families/vocabulary.ts';
import { temporalOptions } from '../config/temporal-connection.ts';
import { ensureSingletons } from '../processes/singletons.ts';
import { buildOf } from '../workers/version.ts';
import { runScript } from './command-line.ts';
import {
  describeDeployment,
  makeCurrent,
  ramp,
  unservedQueues,
  type Deployment,
  type DeploymentState,
} from './promote-deployment.ts';
import { deploymentTable } from './promote-table.ts';
import { wishOf, type VersionWish, type Wish } from './promote-wish.ts';

const KINDS = vocabularyOf(families).queues;
const SETTLE_MS = 30_000;
/** States of versions that never got new runs. */
const UNTOUCHED: readonly string[] = ['inactive', 'created', 'unknown'];

await runScript({
  name: 'promote',
  about: 'Says that new runs start on this version of the workers; then shows what runs where.',
  options: {
    'build-id': {
      value: 'ID',
      about: 'another version than the configured one; an older one undoes a promotion',
    },
    ramp: { value: 'PERCENT', about: 'for this share of the new runs only; 0 ends a ramp' },
    queues: {
      value: 'LIST',
      about: `kinds of work that need workers of the version first (${KINDS.join(',')})`,
    },
    once: {
      about: 'only if the version never got new runs before: for what runs at every start of a deployment',
    },
    wait: { value: 'SECONDS', about: 'how long to wait for those workers (60)' },
    unversioned: { about: 'back to workers without a version; the settlement sweep begins anew' },
    status: { about: 'change nothing, only show' },
  },
  examples: ['steward promote', 'steward promote --ramp 10', 'steward promote --status'],
  notes: `The version is WORKER_BUILD_ID of the deployment WORKER_DEPLOYMENT, as its workers have it; where that is not set,
the release and a hash of the workflow bundle. Runs under way stay on the version that began them: its workers are needed
until it is drained.`,
  run: ({ values }) => promote(wishOf(values), loadConfig()),
});

async function promote(wish: Wish, config: Config): Promise<void> {
  const deploymentName = config.WORKER_DEPLOYMENT;
  if (deploymentName === undefined)
    throw new Error(
      'WORKER_DEPLOYMENT is not set: give it the name that the workers have, for example steward.',
    );
  const options = temporalOptions(config);
  const connection = await Connection.connect(options).catch((error: unknown) => {
    throw new Error(`Temporal at ${options.address} does not answer: ${describeError(error)}`, {
      cause: error,
    });
  });
  try {
    const { TEMPORAL_NAMESPACE: namespace, TASK_QUEUE: base } = config;
    const deployment = {
      connection,
      namespace,
      deploymentName,
      queues: Object.fromEntries(KINDS.map((kind) => [kind, queueOf(base, kind)])),
    };
    await fulfil(wish, deployment, config);
    process.stdout.write(`${deploymentTable(deploymentName, await whenSettled(deployment))}\n`);
  } finally {
    await connection.close();
  }
}

async function fulfil(wish: Wish, deployment: Deployment, config: Config): Promise<void> {
  if (wish.kind === 'status') return;
  if (wish.kind === 'end-ramp') return refusable(ramp(deployment));
  if (wish.kind === 'unversioned') return leaveVersions(deployment, config);
  const buildId = wish.buildId ?? (await buildOf(config)).version?.buildId ?? '';
  await whenServed(deployment, buildId, wish);
  if (wish.once && (await hadRuns(deployment, buildId)))
    return void process.stdout.write(`${buildId} was promoted before: nothing was changed.\n`);
  await refusable(
    wish.kind === 'ramp' ? ramp(deployment, buildId, wish.percent) : makeCurrent(deployment, buildId),
  );
}

/**
 * A workflow that upgrades by itself says so, which Temporal refuses from workers without a version. So the sweep
 * begins anew.
 */
async function leaveVersions(deployment: Deployment, config: Config): Promise<void> {
  await refusable(makeCurrent(deployment));
  await ensureSingletons(deployment.connection, config, families, { anew: true });
}

/** Work is never sent to a version that has no workers for it. */
async function whenServed(
  deployment: Deployment,
  buildId: string,
  { queues, waitMs }: Pick<VersionWish, 'queues' | 'waitMs'>,
): Promise<void> {
  const end = Date.now() + waitMs;
  for (let waiting = false; ; waiting = true) {
    const unserved = await unservedQueues(deployment, buildId, queues);
    if (unserved.length === 0) return;
    const lacking = `${buildId} on ${unserved.join(', ')}`;
    if (Date.now() >= end) {
      const known = (await describeDeployment(deployment)).versions.map((version) => version.buildId);
      throw new Error(
        `Nothing was changed: no worker of ${lacking} within ${waitMs / 1000} s. Start its workers, or name another version with --build-id. Temporal knows ${known.join(', ') || 'none'}.`,
      );
    }
    if (!waiting) process.stdout.write(`Waiting for workers of ${lacking}.\n`);
    await delay(500);
  }
}

async function hadRuns(deployment: Deployment, buildId: string): Promise<boolean> {
  const { versions } = await describeDeployment(deployment);
  return versions.some((version) => version.buildId === buildId && !UNTOUCHED.includes(version.state));
}

/** The new routing reaches every queue within about a second. */
async function whenSettled(deployment: Deployment): Promise<DeploymentState> {
  const end = Date.now() + SETTLE_MS;
  for (;;) {
    const state = await describeDeployment(deployment);
    if (state.settled || Date.now() >= end) return state;
    await delay(100);
  }
}

/** Temporal's own reasons are sentences; what the client wraps around them is not. */
async function refusable(change: Promise<void>): Promise<void> {
  await change.catch((error: unknown) => {
    const reason =
      error instanceof Error && 'details' in error ? String(error.details) : describeError(error);
    throw new Error(`Temporal refused: ${reason}`, { cause: error });
  });
}
