import type { AssetBook } from '../assets.ts';
import { escrowAsset } from '../assets.ts';
import { formatUnits, parseUnits, sumMinor } from '../money.ts';
import type { Compensation, Plan, PlanStep } from './plan.ts';
import type { CatalogueService } from './catalogue.ts';
import { DEFAULT_RETRY, type DraftStep } from './draft.ts';
import { criticalPath, criticalTime, parallelGroups } from './graph.ts';
import { maximumPrice, priceIn } from './pricing.ts';
import { matchService } from './scoring.ts';
import { validateSteps } from './validate.ts';
import { serviceProblems } from './service-problems.ts';

/** A plan that only lacks its hash. */
export type UnhashedPlan = Omit<Plan, 'planHash'>;

/** Why a proposal is not accepted: the contract's code, a message for people, and sentences for the planner. */
export interface PlanProblem {
  ok: false;
  code: 'PLAN_INVALID' | 'NO_SERVICE' | 'MAX_COST_EXCEEDED';
  message: string;
  problems: string[];
}
export type Assembled = { ok: true; plan: UnhashedPlan } | PlanProblem;

/** What a plan is assembled from. `maxCost` is a decimal in whole units of whatever asset the plan is priced in. */
export interface AssembleContext {
  services: readonly CatalogueService[];
  book: AssetBook;
  /** Asset codes to try, in order; the first in which every step can be paid is the plan's. */
  codes: readonly string[];
  maxCost?: string;
}

const COMPUTE_MS = 5;

/** Checks, matches, prices and totals a proposal. The same for every planner. */
export function assemblePlan(steps: readonly DraftStep[], context: AssembleContext): Assembled {
  const faults = validateSteps(steps);
  const problems = faults.length > 0 ? faults : serviceProblems(steps, context.services);
  if (problems.length > 0)
    return { ok: false, code: 'PLAN_INVALID', message: `The plan is not valid: ${problems[0]}`, problems };
  let unmatched: PlanProblem | undefined;
  for (const code of context.codes) {
    const priced = steps.map((step) => completeStep(step, code, context));
    const lacking = steps.filter((_, index) => priced[index] === undefined);
    if (lacking.length === 0) return withinCost(totalPlan(priced as PlanStep[], code, context), context);
    unmatched ??= noService(
      lacking.map((step) => step.action),
      code,
    );
  }
  return (
    unmatched ??
    noService(
      steps.map((step) => step.action),
      'any asset',
    )
  );
}

/** The contract's NO_SERVICE for actions that no service can do. */
export function noService(actions: readonly string[], code: string): PlanProblem {
  const problems = actions.map((action) => `No service that can be paid in ${code} does: ${action}`);
  return { ok: false, code: 'NO_SERVICE', message: problems[0] ?? 'No service fits.', problems };
}

function completeStep(step: DraftStep, code: string, context: AssembleContext): PlanStep | undefined {
  if (step.type !== 'service_call') return computeStep(step);
  const payable = context.services.filter((service) => priceIn(service, code, context.book) !== undefined);
  // the service a planner had in mind is not replaced because this asset cannot pay it: another asset may
  const isUnpayable = (service: CatalogueService): boolean =>
    service.id === step.serviceId && !payable.includes(service);
  if (context.services.some(isUnpayable)) return undefined;
  const match = matchService(step.action, payable, step.serviceId);
  if (match === undefined) return undefined;
  const { service } = match;
  const price = priceIn(service, code, context.book)!;
  const undo = compensationOf(service, step.outputKey);
  return {
    ...common(step),
    serviceId: service.id,
    serviceName: service.name,
    serviceUrl: service.url,
    method: service.method,
    estimatedCost: price.amount.toString(),
    estimatedTime: Math.max(1, Math.round(service.averageResponseTime)),
    maxPrice: maximumPrice(price.amount).toString(),
    ...(price.pay === undefined ? {} : { pay: price.pay }),
    ...(undo === undefined ? {} : { compensation: undo }),
  };
}

const computeStep = (step: DraftStep): PlanStep => ({
  ...common(step),
  serviceName: step.type === 'conditional' ? 'Condition' : 'Transform',
  estimatedCost: '0',
  estimatedTime: COMPUTE_MS,
  maxPrice: '0',
});

function common(
  step: DraftStep,
): Pick<
  PlanStep,
  | 'id'
  | 'type'
  | 'action'
  | 'params'
  | 'inputMapping'
  | 'outputKey'
  | 'dependencies'
  | 'parallelizable'
  | 'retryPolicy'
> {
  return {
    id: step.id,
    type: step.type,
    action: step.action,
    params: step.params,
    ...(step.inputMapping === undefined ? {} : { inputMapping: step.inputMapping }),
    outputKey: step.outputKey,
    dependencies: step.dependencies,
    parallelizable: step.parallelizable ?? true,
    retryPolicy: { ...DEFAULT_RETRY, ...step.retryPolicy },
  };
}

/** The undo gets what the service says, else every id-like field of the step's output. */
function compensationOf(service: CatalogueService, outputKey: string): Compensation | undefined {
  const undo = service.compensation;
  if (undo === undefined) return undefined;
  const fields = Object.keys((service.outputSchema?.['properties'] as object | undefined) ?? {});
  const ids = fields.filter((name) => /(^id|Id|_id|ID|reference|number|code)$/.test(name));
  const inputMapping =
    undo.inputMapping === undefined
      ? Object.fromEntries(ids.map((name) => [name, `${outputKey}.${name}`]))
      : Object.fromEntries(
          Object.entries(undo.inputMapping).map(([name, path]) => [name, `${outputKey}.${path}`]),
        );
  if (Object.keys(inputMapping).length === 0) inputMapping['output'] = outputKey;
  return { url: undo.url, method: undo.method, params: undo.params ?? {}, inputMapping };
}

/** Totals of finished steps; `limits` default to the run's maximum, else to the estimate. */
function totalPlan(steps: PlanStep[], code: string, context: AssembleContext): UnhashedPlan {
  const { decimals } = escrowAsset(context.book, code)!;
  const total = sumMinor(steps.map((step) => step.estimatedCost)).toString();
  const maximum = context.maxCost === undefined ? total : maximumIn(context.maxCost, decimals);
  return {
    ...graphOf(steps),
    totalEstimatedCost: total,
    asset: code,
    decimals,
    revision: 1,
    limits: { maxTotalAmount: maximum },
  };
}

/** The parts of a plan that follow from its steps. */
export function graphOf(
  steps: PlanStep[],
): Pick<Plan, 'steps' | 'dag' | 'criticalPath' | 'parallelGroups' | 'totalEstimatedTime'> {
  return {
    steps,
    dag: Object.fromEntries(steps.map((step) => [step.id, step.dependencies])),
    criticalPath: criticalPath(steps),
    parallelGroups: parallelGroups(steps),
    totalEstimatedTime: criticalTime(steps),
  };
}

/** A maximum in whole units as minor units; decimals beyond the asset's are cut off, never rounded up. */
function maximumIn(maxCost: string, decimals: number): string {
  const [whole = '0', fraction = ''] = maxCost.split('.');
  return parseUnits(
    fraction === '' ? whole : `${whole}.${fraction.slice(0, decimals) || '0'}`,
    decimals,
  ).toString();
}

function withinCost(plan: UnhashedPlan, context: AssembleContext): Assembled {
  if (context.maxCost === undefined || BigInt(plan.totalEstimatedCost) <= BigInt(plan.limits.maxTotalAmount))
    return { ok: true, plan };
  const message = `The plan costs ${formatUnits(plan.totalEstimatedCost, plan.decimals)} ${plan.asset}, more than the maximum of ${context.maxCost}.`;
  return {
    ok: false,
    code: 'MAX_COST_EXCEEDED',
    message,
    problems: [`${message} Use fewer or cheaper services.`],
  };
}
