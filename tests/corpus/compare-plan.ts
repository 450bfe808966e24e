import { parseUnits } from '../../domain/money.ts';
import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import type { PlanStep } from '../../domain/plan/plan.ts';
import { isPartial } from '../../domain/plan/understanding/understanding.ts';
import { isObject } from '../../domain/json.ts';
import { compareCall, type Defaults } from './compare-call.ts';
import { paidCalls, type Planned } from './outcome.ts';
import type { PlanWanted } from './sentence.ts';

/** `purchases`: what is bought and was not asked for. `lacks`: what is missing or not said. */
export interface Differences {
  purchases: string[];
  lacks: string[];
}

export function comparePlan(
  outcome: Planned,
  wish: PlanWanted,
  say: string,
  services: readonly CatalogueService[],
): Differences {
  const calls = compareCalls(outcome, wish, say, defaultsOf(services));
  const limits = compareLimits(outcome, wish, services);
  const purchases = [...calls.purchases, ...limits.purchases];
  return { purchases, lacks: [...calls.lacks, ...limits.lacks, ...unsaid(outcome, wish)] };
}

const defaultsOf =
  (services: readonly CatalogueService[]): Defaults =>
  (id, param) => {
    const properties = services.find((service) => service.id === id)?.inputSchema?.['properties'];
    const property = isObject(properties) ? properties[param] : undefined;
    return isObject(property) ? property['default'] : undefined;
  };

/** Each wanted call takes the step that fits it best. */
function compareCalls(outcome: Planned, wish: PlanWanted, say: string, defaultOf: Defaults): Differences {
  const rest = new Set(paidCalls(outcome));
  const found: Differences = { purchases: [], lacks: [] };
  for (const call of wish.plan) {
    const fits = [...rest]
      .filter((step) => step.serviceId === call.service)
      .map((step) => ({ step, wrong: compareCall(step, call, say, defaultOf) }));
    const best = fits.toSorted((a, b) => a.wrong.length - b.wrong.length)[0];
    if (best === undefined) found.lacks.push(`lacks ${call.service}`);
    else {
      rest.delete(best.step);
      found.purchases.push(...best.wrong);
    }
  }
  found.purchases.push(...[...rest].map((step) => `buys ${step.serviceId} ${JSON.stringify(step.params)}`));
  return found;
}

function compareLimits(
  outcome: Planned,
  { limits }: PlanWanted,
  services: readonly CatalogueService[],
): Differences {
  const found: Differences = { purchases: [], lacks: [] };
  if (limits === undefined) {
    if (outcome.limits !== undefined && Object.keys(outcome.limits).length > 0)
      found.lacks.push(`has limits that nobody set: ${JSON.stringify(outcome.limits)}`);
    return found;
  }
  const { plan, limits: kept } = outcome;
  if (limits.maxCost !== undefined) {
    const most = parseUnits(limits.maxCost.amount, plan.decimals);
    if (BigInt(plan.totalEstimatedCost) > most) found.purchases.push('costs more than allowed');
    if (Number(kept?.maxCost?.amount) !== Number(limits.maxCost.amount)) found.lacks.push('lost the maximum');
  }
  if (limits.maxTimeMs !== undefined && kept?.maxTimeMs !== limits.maxTimeMs)
    found.lacks.push('lost the time limit');
  if (limits.verifiedOnly === true) {
    found.purchases.push(...unverified(outcome, services));
    if (kept?.verifiedOnly !== true) found.lacks.push('lost "verified only"');
  }
  for (const name of limits.notFrom ?? [])
    if (!(kept?.notFrom ?? []).some((other) => other.toLowerCase().includes(name.toLowerCase())))
      found.lacks.push(`lost "not from ${name}"`);
  return found;
}

const unverified = (outcome: Planned, services: readonly CatalogueService[]): string[] =>
  paidCalls(outcome)
    .filter((step: PlanStep) => services.find(({ id }) => id === step.serviceId)?.verified !== true)
    .map((step) => `buys ${step.serviceId}, which is not verified`);

/** What the plan should tell and does not. */
function unsaid({ plan }: Planned, wish: PlanWanted): string[] {
  const understood = plan.understanding;
  const told = [
    ...(understood?.ignored ?? []),
    ...(understood?.parts ?? []).filter((part) => part.as === 'context' || part.as === 'unavailable'),
  ];
  const partial = isPartial(understood);
  const isCalled = (id: string): boolean => plan.steps.some((step) => step.serviceId === id);
  return [
    ...(wish.partial === true && !partial ? ['does not say that a part cannot be done'] : []),
    ...(wish.partial !== true && partial ? ['says that a part cannot be done'] : []),
    ...(wish.ignored ?? [])
      .filter((words) => !told.some((passage) => passage.text.includes(words)))
      .map((words) => `does not show "${words}" as ignored`),
    ...(wish.free ?? []).filter((id) => !isCalled(id)).map((id) => `does not call ${id}`),
  ];
}
