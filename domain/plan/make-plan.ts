import {
  assemblePlan,
  noService,
  type AssembleContext,
  type PlanProblem,
  type UnhashedPlan,
} from './assemble.ts';
import type { PlanIntent } from './draft.ts';
import { planOffline } from './offline/planner.ts';
import { priceIn } from './pricing.ts';

/** What the offline rules make of a request. `today` is an ISO date. */
export type OfflinePlan = { ok: true; plan: UnhashedPlan; intent: PlanIntent } | PlanProblem;

/**
 * Plans by rules with the services that fit best, in the first asset that pays for all of them; where these want
 * different assets, with the services of one asset after the other. A plan that costs too much is made once more with
 * the cheapest services that fit.
 */
export function makeOfflinePlan(request: string, today: string, context: AssembleContext): OfflinePlan {
  const free = planWithin(request, today, context);
  if (free.ok || free.code !== 'NO_SERVICE') return free;
  for (const code of context.codes) {
    const planned = planWithin(request, today, { ...context, codes: [code] });
    if (planned.ok || planned.code !== 'NO_SERVICE') return planned;
  }
  return free;
}

function planWithin(request: string, today: string, context: AssembleContext): OfflinePlan {
  const { codes, book } = context;
  const services = context.services.filter((service) =>
    codes.some((code) => priceIn(service, code, book) !== undefined),
  );
  const attempt = (cheapest: boolean): OfflinePlan => {
    const result = planOffline(request, services, { today, cheapest });
    if (!result.ok) return noService(result.lacking, codes.join(' or '));
    const assembled = assemblePlan(result.draft.steps, { ...context, services });
    return assembled.ok ? { ok: true, plan: assembled.plan, intent: result.draft.intent } : assembled;
  };
  const first = attempt(false);
  return !first.ok && first.code === 'MAX_COST_EXCEEDED' ? attempt(true) : first;
}
