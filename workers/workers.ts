import type { WorkerDeploymentVersion } from '@temporalio/common';
import {
  Worker,
  type NativeConnection,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { taskQueues, type TaskQueues } from '../domain/queues.ts';
import { bundleWorkflows } from './bundle.ts';
import { permanentFailures } from './failures.ts';
import { createHeartbeats } from './heartbeats.ts';
import { supervise } from './supervise.ts';

export interface WorkersOptions {
  connection: NativeConnection;
  namespace: string;
  /** Base name; the kinds of work get queues of their own (architecture decision 14). */
  taskQueue: string;
  activities: object;
  bundle?: WorkflowBundleOption;
  /** Of all queues this process serves: a run's payments are then made by the release that planned them. None: unversioned. */
  version?: WorkerDeploymentVersion | undefined;
  /** Which kinds this process serves; empty means all. */
  queues?: readonly string[];
  maxConcurrentActivities?: number;
  heartbeatEveryMs?: number;
  /** How long what runs may go on once it is to stop; then it is cancelled, and another worker does it. */
  shutdownGraceMs?: number;
  /** Where workflows may send things besides their history; tests count with it. */
  sinks?: NonNullable<WorkerOptions['sinks']>;
  /** Called when a worker was lost and will be replaced. */
  onLoss?(error: unknown, kind: string, nextInMs: number): void;
}

export interface Workers {
  /** Resolves when all have drained after `stop`. Workers that are lost before are replaced. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
}

const FOLLOWED_FOR_ONE = 10;

/** One Temporal worker per kind of work; only the engine's runs workflows. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const queues = taskQueues(options.taskQueue);
  const wanted = (Object.keys(queues) as (keyof TaskQueues)[]).filter(
    (kind) => options.queues === undefined || options.queues.length === 0 || options.queues.includes(kind),
  );
  const bundle = options.bundle ?? (wanted.includes('engine') ? await bundleWorkflows() : undefined);
  const create = (kind: keyof TaskQueues): Promise<Worker> =>
    Worker.create(workerOptions(options, kind, queues[kind], bundle));
  const firsts = await Promise.all(wanted.map(async (kind) => ({ kind, first: await create(kind) })));
  const workers = firsts.map(({ kind, first }) =>
    supervise({
      first,
      another: () => create(kind),
      onLoss: (error, nextInMs) => options.onLoss?.(error, kind, nextInMs),
    }),
  );
  const finished = Promise.all(workers.map((worker) => worker.finished)).then(() => undefined);
  return {
    finished,
    async stop() {
      for (const worker of workers) worker.stop();
      await finished;
    },
  };
}

function workerOptions(
  options: WorkersOptions,
  kind: keyof TaskQueues,
  taskQueue: string,
  bundle: WorkflowBundleOption | undefined,
): WorkerOptions {
  const heartbeats = createHeartbeats(options.heartbeatEveryMs ?? 2000);
  return {
    connection: options.connection,
    namespace: options.namespace,
    taskQueue,
    activities: options.activities,
    ...(options.sinks === undefined ? {} : { sinks: options.sinks }),
    ...(options.version === undefined ? {} : { workerDeploymentOptions: versioned(options.version) }),
    ...(kind === 'engine'
      ? { workflowBundle: bundle!, maxConcurrentWorkflowTaskExecutions: 40, maxCachedWorkflows: 300 }
      : {}),
    // A job that is followed holds a place for as long as it runs, and mostly sleeps.
    maxConcurrentActivityTaskExecutions:
      (options.maxConcurrentActivities ?? 100) * (kind === 'kodosumi' ? FOLLOWED_FOR_ONE : 1),
    maxConcurrentLocalActivityExecutions: 100,
    shutdownGraceTime: options.shutdownGraceMs ?? 10_000,
    shutdownForceTime: '20s',
    interceptors: { activity: [() => ({ inbound: heartbeats }), () => ({ inbound: permanentFailures })] },
  };
}

/** A run ends on the version that began it, unless its workflow says otherwise (the settlement sweep does). */
const versioned = (
  version: WorkerDeploymentVersion,
): NonNullable<WorkerOptions['workerDeploymentOptions']> => ({
  useWorkerVersioning: true,
  version,
  defaultVersioningBehavior: 'PINNED',
});
