import { readRunMetrics, type RunMetrics } from '../../../db/repositories/run-detail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { ApiDeps } from '../../context.ts';
import type { HealthPart } from '../../family.ts';
import { FAMILY } from './names.ts';
import type { ReasoningOptions } from './options.ts';
import { money } from './to-wire.ts';

/** The family's part of `/health`: its outside systems, and the last day in numbers. */
export async function health(deps: ApiDeps, options: ReasoningOptions): Promise<HealthPart> {
  const { chain, facilitator, planner } = options.probes;
  const [chainCheck, facilitatorCheck, plannerCheck, metrics] = await Promise.all([
    chain(),
    facilitator(),
    planner(),
    readRunMetrics(deps.db.pool, FAMILY).catch(() => undefined),
  ]);
  return {
    checks: { chain: chainCheck, facilitator: facilitatorCheck, planner: plannerCheck },
    ...(metrics === undefined ? {} : { metrics: toWireMetrics(metrics, options) }),
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
