import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { warmReader } from '../activities/planner/reader.ts';
import type { Config } from '../config/config.ts';
import { taskQueues } from '../domain/queues.ts';
import { composeActivities } from './compose-worker.ts';
import type { Family } from '../families/define.ts';
import { families as served } from '../families/index.ts';
import { createTell, createTellOrStart } from '../workers/tell.ts';
import { ensureBooksSchedule, ensureDailySchedule } from '../workers/schedules.ts';
import { ensureSingletons } from './singletons.ts';
import { bundleOf, type Build } from '../workers/version.ts';
import { createRunningWorkflows, createWorkflowState } from '../workers/workflow-state.ts';
import { startWorkers, type Workers } from '../workers/workers.ts';

/**
 * Everything a worker does, on a connection that may be shared with an API. `stop` drains, then closes what it opened.
 * Without `build` it has no version: one process that is replaced as a whole, as the embedded stack is, needs none, and
 * the eager starts of an API beside it would not ask which version is current.
 */
export async function startWork(
  config: Config,
  connection: NativeConnection,
  log: Logger,
  build: Build = bundleOf(config),
  families: readonly Family[] = served,
): Promise<Workers> {
  const parts = await composeActivities(
    config,
    log,
    {
      workflowState: createWorkflowState(connection, config.TEMPORAL_NAMESPACE),
      runningWorkflows: createRunningWorkflows(
        connection,
        config.TEMPORAL_NAMESPACE,
        taskQueues(config.TASK_QUEUE).engine,
      ),
    },
    {
      tell: createTell(connection, config.TEMPORAL_NAMESPACE),
      tellOrStart: createTellOrStart(connection, config.TEMPORAL_NAMESPACE, config.TASK_QUEUE),
    },
    families,
  );
  const workers = await startWorkers({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TASK_QUEUE,
    activities: parts.activities,
    familyQueues: families.flatMap(({ queues = [] }) => queues),
    queues: config.WORKER_QUEUES,
    shutdownGraceMs: config.WORKER_DRAIN_MS,
    maxConcurrentActivities: config.MAX_CONCURRENT_ACTIVITIES,
    onLoss: (err, kind, nextInMs) =>
      log.error({ err, kind, nextInMs }, 'worker: lost; another takes its place'),
    ...build,
  });
  try {
    await parts.start();
  } catch (error) {
    await workers.stop();
    await parts.close();
    throw error;
  }
  await ensureStanding(connection, config, log, families);
  if (plans(config))
    warmReader().catch((err: unknown) => log.warn({ err }, 'worker: no request can be read'));
  const finished = closeAfter(workers.finished, () => parts.close());
  return {
    finished,
    async stop() {
      await workers.stop();
      await finished;
    },
  };
}

/** What runs once for the whole installation, and what schedules start. */
async function ensureStanding(
  connection: NativeConnection,
  config: Config,
  log: Logger,
  families: readonly Family[],
): Promise<void> {
  const { TEMPORAL_NAMESPACE: namespace, TASK_QUEUE: base, RECONCILE_BOOKS_EVERY_MS: everyMs } = config;
  await ensureSingletons(connection, config, families);
  // Paying must go on where schedules may not be made; then POST /ledger/reconciliation checks, and the alarm is its age.
  await ensureBooksSchedule(connection, namespace, base, everyMs).catch((error: unknown) =>
    log.warn({ err: error }, 'worker: the books are not checked by a schedule'),
  );
  for (const schedule of families.flatMap((family) => family.schedules?.(config) ?? []))
    await ensureDailySchedule(connection, namespace, base, schedule).catch((error: unknown) =>
      log.warn({ err: error, schedule: schedule.id }, 'worker: a schedule could not be made'),
    );
}

/** Whether requests are planned here: by rules on the engine's queue, with a model on another. */
const plans = ({ WORKER_QUEUES: queues }: Config): boolean =>
  queues.length === 0 || queues.includes('engine') || queues.includes('llm');

async function closeAfter(finished: Promise<void>, close: () => Promise<void>): Promise<void> {
  try {
    await finished;
  } finally {
    await close();
  }
}
