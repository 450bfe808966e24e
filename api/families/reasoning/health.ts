import { readRunMetrics, type RunMetrics } from '../../../db/repositories/run-detail.ts';
import { taskQueues } from '../../../domain/queues.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { ApiDeps } from '../../context.ts';
import type { HealthPart } from '../../family.ts';
import { FAMILY } from './names.ts';
import type { ReasoningOptions } from './options.ts';
import { money } from './to-wire.ts';

const TASK_QUEUE_TYPES = { workflow: 1, activity: 2 } as const; // temporal.api.enums.v1.TaskQueueType
const WAIT_MS = 1500;

/** The family's part of `/health`: its outside systems, and the last day in numbers. */
export async function health(deps: ApiDeps, options: ReasoningOptions): Promise<HealthPart> {
  const { chain, facilitator, planner } = options.probes;
  const [chainCheck, facilitatorCheck, plannerCheck, metrics, queueDepth] = await Promise.all([
    chain(),
    facilitator(),
    planner(),
    readRunMetrics(deps.db.pool, FAMILY).catch(() => undefined),
    readQueueDepth(deps, options).catch(() => 0),
  ]);
  return {
    checks: { chain: chainCheck, facilitator: facilitatorCheck, planner: plannerCheck },
    ...(metrics === undefined ? {} : { metrics: { ...toWireMetrics(metrics, options), queueDepth } }),
  };
}

function toWireMetrics(day: RunMetrics, options: ReasoningOptions): JsonObject {
  const ended = day.completed + day.failed;
  return {
    workflowSuccessRate: ended === 0 ? null : day.completed / ended,
    averageExecutionTime: day.average_ms,
    totalCostProcessed: costByCode(day.paid, options),
    activeWorkflows: day.active,
    errorRates: Object.fromEntries(Object.entries(day.errors).map(([code, n]) => [code, n / ended])),
    paymentsUnknown: day.payments_unknown,
  };
}

/** Codes have the same decimals on all chains, so their sums are one number. */
function costByCode(paid: RunMetrics['paid'], { assets: { assets } }: ReasoningOptions): JsonObject {
  const sums = new Map<string, { minor: bigint; decimals: number }>();
  for (const { asset, amount } of paid) {
    const known = assets.find(({ id }) => id === asset);
    if (known === undefined) continue;
    const minor = (sums.get(known.code)?.minor ?? 0n) + BigInt(amount);
    sums.set(known.code, { minor, decimals: known.decimals });
  }
  return Object.fromEntries([...sums].map(([code, { minor, decimals }]) => [code, money(minor, decimals)]));
}

/** Tasks that wait for a worker, as Temporal counts them, over the queues of all kinds of work. */
async function readQueueDepth({ temporal }: ApiDeps, { taskQueue }: ReasoningOptions): Promise<number> {
  const { engine, money: payments, llm } = taskQueues(taskQueue);
  const { workflow, activity } = TASK_QUEUE_TYPES;
  const wanted = [
    { name: engine, type: workflow },
    { name: engine, type: activity },
    { name: payments, type: activity },
    { name: llm, type: activity },
  ];
  const depths = await temporal.withDeadline(Date.now() + WAIT_MS, () =>
    Promise.all(
      wanted.map(async ({ name, type }) => {
        const { stats } = await temporal.workflowService.describeTaskQueue({
          namespace: temporal.options.namespace,
          taskQueue: { name },
          taskQueueType: type,
          reportStats: true,
        });
        return Number(stats?.approximateBacklogCount ?? 0);
      }),
    ),
  );
  return depths.reduce((sum, depth) => sum + depth, 0);
}
