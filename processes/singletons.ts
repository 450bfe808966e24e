import { Client, type ConnectionLike } from '@temporalio/client';
import { taskQueues } from '../domain/queues.ts';

const SWEEP = { busyMs: 2000, idleMs: 10_000, rounds: 200 };
const WATCH_ROUNDS = 200;

interface Standing {
  type: string;
  id: string;
  args: unknown[];
  summary: string;
}

/**
 * Starts what runs once for the whole installation, unless it runs already. Every worker process may call it; `anew`
 * ends what runs first, which loses nothing: payments and jobs are in the database. `watchEveryMs`: there is a Masumi payment
 * service, and jobs that wait there.
 */
export async function ensureSingletons(
  connection: ConnectionLike,
  namespace: string,
  taskQueue: string,
  { anew = false, watchEveryMs }: { anew?: boolean; watchEveryMs?: number } = {},
): Promise<void> {
  const client = new Client({ connection, namespace });
  for (const { type, id, args, summary } of standing(watchEveryMs))
    await client.workflow.start(type, {
      taskQueue: taskQueues(taskQueue).engine,
      workflowId: `${taskQueue}-${id}`,
      workflowIdConflictPolicy: anew ? 'TERMINATE_EXISTING' : 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      args,
      staticSummary: summary,
    });
}

function* standing(watchEveryMs: number | undefined): Iterable<Standing> {
  yield {
    type: 'settlementSweep',
    id: 'settlement-sweep',
    args: [SWEEP],
    summary: 'Posts payments that became final, follows those that runs left behind',
  };
  if (watchEveryMs !== undefined)
    yield {
      type: 'masumiWatch',
      id: 'masumi-watch',
      args: [{ everyMs: watchEveryMs, rounds: WATCH_ROUNDS }],
      summary: 'Looks at the Masumi payment service for all jobs that wait there',
    };
}
