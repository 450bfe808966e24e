import { Client, type ConnectionLike } from '@temporalio/client';
import type { Config } from '../config/config.ts';
import { taskQueues } from '../domain/queues.ts';
import type { Family, Singleton } from '../families/define.ts';

const SETTLEMENT: Singleton = {
  type: 'settlementSweep',
  id: 'settlement-sweep',
  args: [{ busyMs: 2000, idleMs: 10_000, rounds: 200 }],
  summary: 'Posts payments that became final, follows those that runs left behind',
};

const RUN_WATCH: Singleton = {
  type: 'runWatch',
  id: 'run-watch',
  args: [{ everyMs: 3000, rounds: 200 }],
  summary: 'Finds runs whose workflow is gone, and has them undone',
};

/**
 * Starts what runs once for the whole installation, unless it runs already. Every worker process may call it; `anew`
 * ends what runs first, which loses nothing: payments and jobs are in the database.
 */
export async function ensureSingletons(
  connection: ConnectionLike,
  config: Config,
  families: readonly Family[],
  { anew = false }: { anew?: boolean } = {},
): Promise<void> {
  const { TEMPORAL_NAMESPACE: namespace, TASK_QUEUE: base } = config;
  const client = new Client({ connection, namespace });
  const theirs = families.flatMap((family) => family.singletons?.(config) ?? []);
  for (const { type, id, args, summary } of [SETTLEMENT, RUN_WATCH, ...theirs])
    await client.workflow.start(type, {
      taskQueue: taskQueues(base).engine,
      workflowId: `${base}-${id}`,
      workflowIdConflictPolicy: anew ? 'TERMINATE_EXISTING' : 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      args,
      staticSummary: summary,
    });
}
