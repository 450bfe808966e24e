import type { WorkerDeploymentVersion } from '@temporalio/common';
import {
  Worker,
  type NativeConnection,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { ENGINE_QUEUES, queueOf } from '../domain/queues.ts';
import { bundleWorkflows, DATA_CONVERTER } from './bundle.ts';
import type { FamilyQueue } from './family.ts';
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
  /** Kinds of work besides the engine's. */
  familyQueues?: readonly FamilyQueue[];
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

/** One Temporal worker per kind of work; only the engine's runs workflows. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const kinds: FamilyQueue[] = [...ENGINE_QUEUES.map(engineKind), ...(options.familyQueues ?? [])];
  const { queues: only = [] } = options;
  const wanted = kinds.filter(({ name }) => only.length === 0 || only.includes(name));
  const bundle = options.bundle ?? (wanted.some(isEngine) ? await bundleWorkflows() : undefined);
  const create = (kind: FamilyQueue): Promise<Worker> => Worker.create(workerOptions(options, kind, bundle));
  const firsts = await Promise.all(wanted.map(async (kind) => ({ kind, first: await create(kind) })));
  const workers = firsts.map(({ kind, first }) =>
    supervise({
      first,
      another: () => create(kind),
      onLoss: (error, nextInMs) => options.onLoss?.(error, kind.name, nextInMs),
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

const FORCE_AFTER_MS = 10_000; // what was cancelled and does not end is left behind

/** The sweep of payments, the check of the books, and the watch of a family. */
const STANDING_MONEY = 3;

const engineKind = (name: (typeof ENGINE_QUEUES)[number]): FamilyQueue =>
  name === 'money' ? { name, standing: STANDING_MONEY } : { name };

const isEngine = ({ name }: FamilyQueue): boolean => name === 'engine';

function workerOptions(
  options: WorkersOptions,
  kind: FamilyQueue,
  bundle: WorkflowBundleOption | undefined,
): WorkerOptions {
  const heartbeats = createHeartbeats(options.heartbeatEveryMs ?? 2000);
  const graceMs = options.shutdownGraceMs ?? 10_000;
  return {
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: queueOf(options.taskQueue, kind.name),
    activities: options.activities,
    dataConverter: DATA_CONVERTER,
    ...(options.sinks === undefined ? {} : { sinks: options.sinks }),
    ...(options.version === undefined ? {} : { workerDeploymentOptions: versioned(options.version) }),
    ...(isEngine(kind)
      ? { workflowBundle: bundle!, maxConcurrentWorkflowTaskExecutions: 40, maxCachedWorkflows: 300 }
      : {}),
    maxConcurrentActivityTaskExecutions: placesOf(options, kind),
    maxConcurrentLocalActivityExecutions: 100,
    shutdownGraceTime: kind.stopsAtOnce === true ? 0 : graceMs,
    shutdownForceTime: graceMs + FORCE_AFTER_MS,
    interceptors: { activity: [() => ({ inbound: heartbeats }), () => ({ inbound: permanentFailures })] },
  };
}

/** What always goes on takes no place away from what comes. */
const placesOf = ({ maxConcurrentActivities = 100 }: WorkersOptions, kind: FamilyQueue): number =>
  maxConcurrentActivities * (kind.tasksPerPlace ?? 1) + (kind.standing ?? 0);

/** A run ends on the version that began it, unless its workflow says otherwise (the settlement sweep does). */
const versioned = (
  version: WorkerDeploymentVersion,
): NonNullable<WorkerOptions['workerDeploymentOptions']> => ({
  useWorkerVersioning: true,
  version,
  defaultVersioningBehavior: 'PINNED',
});
