import { ENGINE_QUEUES, queueOf } from '../../domain/queues.ts';
import type { ApiDeps } from '../context.ts';
import type { FamilyModule } from '../family.ts';

const TASK_QUEUE_TYPES = { workflow: 1, activity: 2 } as const; // temporal.api.enums.v1.TaskQueueType
const WAIT_MS = 1500;

/** Tasks that wait for a worker, as Temporal counts them, over the queues of all kinds of work. */
export async function readQueueDepth(
  { temporal, settings }: ApiDeps,
  families: readonly FamilyModule[],
): Promise<number> {
  const { workflow, activity } = TASK_QUEUE_TYPES;
  const kinds = [...ENGINE_QUEUES, ...families.flatMap(({ queues = [] }) => queues)];
  const wanted = [{ kind: 'engine', type: workflow }, ...kinds.map((kind) => ({ kind, type: activity }))];
  const depths = await temporal.withDeadline(Date.now() + WAIT_MS, () =>
    Promise.all(
      wanted.map(async ({ kind, type }) => {
        const { stats } = await temporal.workflowService.describeTaskQueue({
          namespace: temporal.options.namespace,
          taskQueue: { name: queueOf(settings.taskQueue, kind) },
          taskQueueType: type,
          reportStats: true,
        });
        return Number(stats?.approximateBacklogCount ?? 0);
      }),
    ),
  );
  return depths.reduce((sum, depth) => sum + depth, 0);
}
