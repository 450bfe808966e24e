import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import type { Config } from '../families/config.ts';
import { queueOf } from '../domain/queues.ts';
import { families } from '../families/index.ts';
import { vocabularyOf } from '../families/vocabulary.ts';
import { temporalOptions } from '../config/temporal-connection.ts';

/** A long poll lasts a minute. A worker that has not come back within two is gone, or hangs. */
const LAST_SEEN_MS = 120_000;
/** Of temporal.api.enums.v1.TaskQueueType, whose values the client does not export. */
const ACTIVITIES = { taskQueueType: 2 };

export interface Poller {
  identity?: string | null;
  lastAccessTime?: { seconds?: { toString(): string } | null } | null;
}

/**
 * True when one of the pollers runs on that machine and has asked for work lately. Workers are named `<pid>@<host>`.
 */
export function isPolling(pollers: readonly Poller[], host: string, now: number): boolean {
  return pollers.some(({ identity, lastAccessTime }) => {
    const lastSeen = Number(lastAccessTime?.seconds?.toString() ?? 0) * 1000;
    return identity?.endsWith(`@${host}`) === true && now - lastSeen < LAST_SEEN_MS;
  });
}

/** The queues that the workers of this machine should serve and, as Temporal sees it, do not. */
export async function unservedQueues(config: Config, host = hostname()): Promise<string[]> {
  const connection = await Connection.connect({ ...temporalOptions(config), connectTimeout: 5000 });
  try {
    const queues = vocabularyOf(families)
      .queues.filter((kind) => config.WORKER_QUEUES.length === 0 || config.WORKER_QUEUES.includes(kind))
      .map((kind) => queueOf(config.TASK_QUEUE, kind));
    const served = await Promise.all(
      queues.map((queue) => isServed(connection, config.TEMPORAL_NAMESPACE, queue, host)),
    );
    return queues.filter((_, index) => !served[index]);
  } finally {
    await connection.close();
  }
}

async function isServed(
  connection: Connection,
  namespace: string,
  queue: string,
  host: string,
): Promise<boolean> {
  const request: { namespace: string; taskQueue: { name: string } } = {
    namespace,
    taskQueue: { name: queue },
    ...ACTIVITIES,
  };
  const { pollers } = await connection.workflowService.describeTaskQueue(request);
  return isPolling(pollers ?? [], host, Date.now());
}
