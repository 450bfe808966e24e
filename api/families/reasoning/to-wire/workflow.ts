import type { PaymentFact, RunDetail } from '../../../../db/repositories/run-detail.ts';
import type { Plan, SpendLimits } from '../../../../domain/plan/plan.ts';
import { toWireLimits, toWirePlan } from '../../../../domain/plan/wire.ts';
import type { Json, JsonObject } from '../../../../schemas/core/json.ts';
import type {
  Intent,
  Step,
  Workflow,
  Plan as WirePlan,
  WorkflowError,
  WorkflowWaiting,
} from '../../../../schemas/families/reasoning.ts';
import type { Waiting } from '../../../../schemas/core/run.ts';
import { waitingOf } from '../../../runs/waiting.ts';
import { money, moneyIn } from './money.ts';
import { wireStatus } from './status.ts';
import { toStepResults } from './steps.ts';
import { awaitedInput, ceilings, understandingOf } from './understood.ts';
import { isObject } from '../../../../domain/json.ts';

/** What a run's sealed input holds: the prompt is nowhere else. */
export interface WorkflowInput {
  input: string;
  metadata?: JsonObject;
}

/**
 * A run as the contract shows a workflow. `codeDecimals` are those of an asset code, for what was set before a plan; `lacking`
 * is a worker that is not there.
 */
export function toWorkflow(
  run: RunDetail,
  { input, metadata }: WorkflowInput,
  codeDecimals: (code: unknown) => number,
  lacking?: Waiting,
): Workflow {
  const { view, settings } = run;
  const plan = planOf(run);
  const decimals = plan?.decimals ?? codeDecimals(settings['asset']);
  const currentStep = run.steps.find(({ status }) => status === 'running')?.step_id;
  return {
    id: run.id,
    userId: run.subject,
    naturalLanguageInput: input,
    ...(isObject(view['intent'])
      ? { intent: { rawInput: input, ...view['intent'] } as unknown as Intent }
      : {}),
    ...understandingOf(run, plan),
    ...(plan === undefined ? {} : { executionPlan: wirePlan(plan) }),
    status: wireStatus(run),
    ...optional('approvalReason', reasonOf(run)),
    ...optional('currentStep', currentStep),
    ...optional('waiting', toWaiting(lacking ?? waitingOf(run, run.steps))),
    ...awaitedInput(run),
    ...(run.steps.length > 0 ? { stepResults: toStepResults(run.steps, run.payments, decimals) } : {}),
    ...estimates(plan),
    totalCost: money(totalCost(run), decimals),
    totalTime: totalTime(run),
    ...ceilings(run, plan, decimals),
    ...approvalOf(view, decimals),
    attention: run.attention,
    ...(run.status === 'completed' ? { output: view['output'] ?? null } : {}),
    paymentSignatures: signatures(run.payments),
    createdAt: run.created_at.toISOString(),
    ...optional('startedAt', run.started_at?.toISOString()),
    ...optional('completedAt', run.finished_at?.toISOString()),
    ...optional('error', view['error'] as WorkflowError | undefined),
    ...optional('metadata', metadata),
    lastSeq: run.last_seq,
  };
}

/** A run that waits for room in a budget waits for nobody's approval, and says so. */
const reasonOf = ({ status, view }: RunDetail): Workflow['approvalReason'] =>
  status === 'paused' ? 'budget_exhausted' : (view['approvalReason'] as Workflow['approvalReason']);

function toWaiting(waiting: Waiting | undefined): WorkflowWaiting | undefined {
  if (waiting === undefined) return undefined;
  const { step_id: stepId, ...rest } = waiting;
  return { ...rest, ...(stepId === undefined ? {} : { stepId }) };
}

/** The steps of the current plan, empty before there is one. */
export function toSteps(run: RunDetail): Step[] {
  const plan = planOf(run);
  return plan === undefined ? [] : wirePlan(plan).steps;
}

/** The plan as it was last put before a person; the engine alone writes it. */
export function planOf({ view }: Pick<RunDetail, 'view'>): Plan | undefined {
  const { plan } = view;
  return isObject(plan) ? (plan as unknown as Plan) : undefined;
}

const wirePlan = (plan: Plan): WirePlan => toWirePlan(plan, moneyIn(plan.decimals)) as WirePlan;

function estimates(plan: Plan | undefined): Pick<Workflow, 'estimatedCost' | 'estimatedTime'> {
  if (plan === undefined) return {};
  return {
    estimatedCost: money(plan.totalEstimatedCost, plan.decimals),
    estimatedTime: plan.totalEstimatedTime,
  };
}

/** What the run cost in the end, or what has settled so far; minor units. */
function totalCost({ finished_at, view, payments }: RunDetail): bigint {
  const { totalCost: final } = view;
  if (finished_at !== null && typeof final === 'string') return BigInt(final);
  return payments.reduce(
    (sum, { status, amount }) => (status === 'settled' ? sum + BigInt(amount) : sum),
    0n,
  );
}

/** Milliseconds of execution; 0 before it began. */
function totalTime({ finished_at, started_at, view }: RunDetail): number {
  if (finished_at !== null) return typeof view['totalTime'] === 'number' ? view['totalTime'] : 0;
  return started_at === null ? 0 : Math.max(0, Date.now() - started_at.getTime());
}

function approvalOf({ approval }: JsonObject, decimals: number): Pick<Workflow, 'approval'> {
  if (!isObject(approval)) return {};
  const { planHash, approvedAt, expiresAt, limits } = approval;
  if (!isLimits(limits)) return {}; // whatever wrote it: the workflow is shown without it
  return {
    approval: {
      planHash: String(planHash),
      approvedAt: String(approvedAt),
      expiresAt: String(expiresAt),
      limits: toWireLimits(limits, moneyIn(decimals)),
    },
  };
}

const isMinor = (value: unknown): boolean => typeof value === 'string' && /^\d+$/.test(value);

function isLimits(limits: Json | undefined): limits is SpendLimits & JsonObject {
  if (!isObject(limits)) return false;
  const { maxTotalAmount, maxPerTransaction, allowedRecipients } = limits;
  return (
    isMinor(maxTotalAmount) &&
    (maxPerTransaction === undefined || isMinor(maxPerTransaction)) &&
    (allowedRecipients === undefined ||
      (Array.isArray(allowedRecipients) && allowedRecipients.every((one) => typeof one === 'string')))
  );
}

/** A workflow of which something that was written down cannot be read: it hides no other one in a list. */
export const toUnreadable = (run: RunDetail): Workflow => ({
  id: run.id,
  userId: run.subject,
  naturalLanguageInput: '',
  status: wireStatus(run),
  totalCost: 0,
  totalTime: 0,
  attention: run.attention,
  paymentSignatures: [],
  createdAt: run.created_at.toISOString(),
  ...optional('startedAt', run.started_at?.toISOString()),
  ...optional('completedAt', run.finished_at?.toISOString()),
  error: {
    code: 'UNREADABLE',
    message:
      'What was written down of this workflow cannot be read. Its events tell what happened; the log says why.',
    timestamp: (run.finished_at ?? run.created_at).toISOString(),
    recoverable: false,
  },
  lastSeq: run.last_seq,
});

const signatures = (payments: readonly PaymentFact[]): string[] =>
  payments.flatMap(({ status, tx_hash }) => (status === 'settled' && tx_hash !== null ? [tx_hash] : []));

const optional = <K extends string, V>(key: K, value: V | undefined | null): { [key in K]?: V } =>
  value === undefined || value === null ? {} : ({ [key]: value } as { [key in K]?: V });
