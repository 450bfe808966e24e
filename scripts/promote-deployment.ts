import { isGrpcServiceError, type Connection } from '@temporalio/client';

/** Of temporal.api.enums.v1.WorkerDeploymentVersionStatus, whose values the client does not export; in its order. */
const STATES = ['unknown', 'inactive', 'current', 'ramping', 'draining', 'drained', 'created'] as const;
/** Of temporal.api.enums.v1.TaskQueueType. */
const TYPES = { workflow: 1, activity: 2 } as const;
/** Of temporal.api.enums.v1.RoutingConfigUpdateState. */
const SPREADING = 1;
const NOT_FOUND = 5;
/** A long poll lasts a minute. A worker that does not come back after this time is gone, or hangs. */
export const LAST_SEEN_MS = 90_000;
const IDENTITY = 'npm run promote';

/** One Temporal Worker Deployment of one installation. */
export interface Deployment {
  connection: Connection;
  namespace: string;
  deploymentName: string;
  /** Task queues by kind of work. */
  queues: Readonly<Record<string, string>>;
}

export interface VersionState {
  buildId: string;
  state: (typeof STATES)[number];
  /**
   * Runs under way that will end on this version. The settlement sweep, which upgrades by itself, is not among them.
   */
  pinned: number;
  /** Queues that belong to the version, and those of them that no worker of it serves now. */
  queues: string[];
  unserved: string[];
}

export interface DeploymentState {
  /** Newest first; empty when no worker ever asked for work. */
  versions: VersionState[];
  /** Undefined: workers without a version get new runs. */
  current: string | undefined;
  ramp: { buildId: string; percent: number } | undefined;
  /** True when every queue knows the latest change. */
  settled: boolean;
}

export async function describeDeployment(deployment: Deployment): Promise<DeploymentState> {
  const { connection, namespace, deploymentName } = deployment;
  const found = await orNothing(
    connection.workflowService.describeWorkerDeployment({ namespace, deploymentName }),
  );
  const { versionSummaries, routingConfig, routingConfigUpdateState } = found?.workerDeploymentInfo ?? {};
  const ramping = routingConfig?.rampingDeploymentVersion?.buildId;
  const percent = routingConfig?.rampingVersionPercentage ?? 0;
  const versions = (versionSummaries ?? []).map(({ deploymentVersion, status }) =>
    describeVersion(deployment, deploymentVersion?.buildId ?? '', status ?? 0),
  );
  return {
    versions: await Promise.all(versions),
    current: routingConfig?.currentDeploymentVersion?.buildId ?? undefined,
    ramp: ramping ? { buildId: ramping, percent } : undefined,
    settled: Number(routingConfigUpdateState) !== SPREADING,
  };
}

async function describeVersion(
  deployment: Deployment,
  buildId: string,
  status: number,
): Promise<VersionState> {
  const [pinned, places] = await Promise.all([
    countPinned(deployment, buildId),
    placesOf(deployment, buildId),
  ]);
  const ours = places.filter(({ queue }) => Object.values(deployment.queues).includes(queue));
  const served = await Promise.all(ours.map((place) => isServed(deployment, buildId, place)));
  const unserved = ours.filter((_, index) => !served[index]);
  const state = STATES[status] ?? 'unknown';
  return { buildId, state, pinned, queues: namesOf(ours), unserved: namesOf(unserved) };
}

async function countPinned(
  { connection, namespace, deploymentName }: Deployment,
  id: string,
): Promise<number> {
  const version = `${deploymentName}:${id}`.replaceAll("'", "''");
  const query = `TemporalWorkerDeploymentVersion = '${version}' AND TemporalWorkflowVersioningBehavior = 'Pinned' AND ExecutionStatus = 'Running'`;
  return Number((await connection.workflowService.countWorkflowExecutions({ namespace, query })).count ?? 0);
}

interface Place {
  queue: string;
  type: number;
}

/** Where the version has ever asked for work; nothing while Temporal does not know it. */
async function placesOf(deployment: Deployment, buildId: string): Promise<Place[]> {
  const { connection, namespace, deploymentName } = deployment;
  const deploymentVersion = { deploymentName, buildId };
  const found = await orNothing(
    connection.workflowService.describeWorkerDeploymentVersion({ namespace, deploymentVersion }),
  );
  return (found?.versionTaskQueues ?? []).map(({ name, type }) => ({ queue: name ?? '', type: type ?? 0 }));
}

/** True when a worker of the version has asked for this kind of work lately. */
async function isServed(
  { connection, namespace, deploymentName }: Deployment,
  buildId: string,
  { queue, type }: Place,
): Promise<boolean> {
  const request = { namespace, taskQueue: { name: queue }, taskQueueType: type };
  const { pollers } = await connection.workflowService.describeTaskQueue(request);
  return (pollers ?? []).some(
    ({ lastAccessTime, deploymentOptions }) =>
      deploymentOptions?.deploymentName === deploymentName &&
      deploymentOptions.buildId === buildId &&
      Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < LAST_SEEN_MS,
  );
}

/** The queues that no worker of the version serves, or that Temporal does not count to the version yet. */
export async function unservedQueues(
  deployment: Deployment,
  buildId: string,
  kinds: readonly string[],
): Promise<string[]> {
  const known = await placesOf(deployment, buildId);
  const wanted = kinds.flatMap((kind) => placesFor(deployment.queues, kind));
  const served = await Promise.all(
    wanted.map(async (place) => {
      const registered = known.some(({ queue, type }) => queue === place.queue && type === place.type);
      return registered && (await isServed(deployment, buildId, place));
    }),
  );
  return namesOf(wanted.filter((_, index) => !served[index]));
}

/** Workflows are the engine's only. */
const placesFor = (queues: Deployment['queues'], kind: string): Place[] =>
  Object.values(kind === 'engine' ? TYPES : [TYPES.activity]).map((type) => ({
    queue: queues[kind] ?? kind,
    type,
  }));

const namesOf = (places: readonly Place[]): string[] => [...new Set(places.map(({ queue }) => queue))];

/** Without a version, workers without one get new runs. */
export async function makeCurrent(
  { connection, namespace, deploymentName }: Deployment,
  buildId = '',
): Promise<void> {
  await connection.workflowService.setWorkerDeploymentCurrentVersion({
    namespace,
    deploymentName,
    buildId,
    identity: IDENTITY,
  });
}

/** Without a version: the ramp ends. */
export async function ramp(
  { connection, namespace, deploymentName }: Deployment,
  buildId = '',
  percentage = 0,
): Promise<void> {
  const request = { namespace, deploymentName, buildId, percentage, identity: IDENTITY };
  await connection.workflowService.setWorkerDeploymentRampingVersion(request);
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (code === NOT_FOUND) return undefined;
    throw error;
  }
}
