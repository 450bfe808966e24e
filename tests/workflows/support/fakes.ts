import type { NoRoom } from '../../../domain/budgets/room.ts';
import type {
  CallOutcome,
  CallRequest,
  CallingActivities,
  CompensateOutcome,
  PollOutcome,
} from '../../../domain/ports/calling.ts';
import type { JournalActivities, JournalEvent, Ride } from '../../../domain/ports/journal.ts';
import { formatUnits } from '../../../domain/money.ts';
import type { FinishRequest, LedgerActivities, ReserveOutcome } from '../../../domain/ports/ledger.ts';
import type {
  PaymentActivities,
  ReconcileOutcome,
  SignOutcome,
  SubmitOutcome,
} from '../../../domain/ports/payments.ts';
import type { QuestionActivities } from '../../../domain/ports/questions.ts';
import type { ReusedResults, PlanningActivities, PlanOutcome } from '../../../domain/ports/planning.ts';
import type { Plan, PlanStep } from '../../../domain/plan/plan.ts';

/** A step with sensible defaults; tests override what they are about. */
export function aStep(id: string, overrides: Partial<PlanStep> = {}): PlanStep {
  return {
    id,
    type: 'service_call',
    serviceName: `service ${id}`,
    serviceUrl: `http://service.test/${id}`,
    method: 'POST',
    action: `do ${id}`,
    params: {},
    outputKey: `${id}Out`,
    dependencies: [],
    parallelizable: true,
    estimatedCost: '0',
    estimatedTime: 100,
    maxPrice: '0',
    retryPolicy: { maxAttempts: 3, backoffMultiplier: 2, initialDelayMs: 10, maxDelayMs: 50 },
    ...overrides,
  };
}

export const PAY = { scheme: 'exact', network: 'eip155:31337', asset: '0x01', payTo: '0x02' } as const;

export const aPaidStep = (id: string, price: string, overrides: Partial<PlanStep> = {}): PlanStep =>
  aStep(id, { estimatedCost: price, maxPrice: price, pay: PAY, ...overrides });

export function aPlan(steps: PlanStep[], overrides: Partial<Plan> = {}): Plan {
  const total = steps.reduce((sum, step) => sum + BigInt(step.estimatedCost), 0n).toString();
  return {
    steps,
    dag: Object.fromEntries(steps.map((step) => [step.id, step.dependencies])),
    criticalPath: [],
    parallelGroups: [],
    totalEstimatedCost: total,
    totalEstimatedTime: 100,
    asset: 'USDC',
    decimals: 6,
    revision: 1,
    limits: { maxTotalAmount: total },
    planHash: 'hash-1',
    ...overrides,
  };
}

/** The price a fake service asks. */
export function demand(price: string, overrides: object = {}): CallOutcome {
  return {
    kind: 'payment_required',
    intentId: 'pi_1',
    quote: {
      ...PAY,
      assetId: 'eip155:31337/erc20:0x01',
      amount: price,
      maxTimeoutSeconds: 60,
      ...overrides,
    },
  };
}

export const ok = (value: string): CallOutcome => ({ kind: 'ok', output: { inline: value }, timeMs: 1 });

/** What each activity answers, in order; the last answer repeats. Unscripted calls succeed. */
export interface Script {
  plan: Plan;
  planning?: PlanOutcome | PlanOutcome[] | (() => Promise<PlanOutcome>);
  /** For runs whose settings name an ended one. */
  past?: ReusedResults;
  calls?: { [stepId: string]: CallOutcome[] };
  /** What a look at accepted work brings. */
  polls?: { [stepId: string]: PollOutcome[] };
  sign?: SignOutcome[];
  submit?: SubmitOutcome[];
  reconcile?: ReconcileOutcome[];
  funded?: boolean[];
  room?: (NoRoom | null)[];
  compensate?: { [stepId: string]: CompensateOutcome[] };
  reserve?: ReserveOutcome[];
  /** Holds a step's call until the test lets go. */
  hold?: { [stepId: string]: Promise<void> };
}

type Activities = PlanningActivities &
  QuestionActivities &
  CallingActivities &
  PaymentActivities &
  LedgerActivities &
  JournalActivities;

export interface Fakes {
  activities: Activities;
  /** Events in the order they were written, each key once. */
  events: JournalEvent[];
  types(): string[];
  calls: string[];
  /** What was asked of the planner. */
  plans: string[];
  reserved: string[];
  finished: FinishRequest[];
}

export function createFakes(script: Script): Fakes {
  const events: JournalEvent[] = [];
  const calls: string[] = [];
  const plans: string[] = [];
  const reserved: string[] = [];
  const finished: FinishRequest[] = [];
  const write = (ride: Ride): void => {
    for (const event of ride.events) if (!events.some((other) => other.key === event.key)) events.push(event);
  };
  const answer = scripted();
  const note = (key: string, type: JournalEvent['type']): JournalEvent => ({ key, type, data: {} });

  const activities: Activities = {
    appendEvents: async (ride) => write(ride),
    planFast: async ({ ride, whole = false, answers = [] }) => {
      const known = answers.map(({ hash }) => `, knowing the ${hash}`).join('');
      plans.push(`${whole ? 'plan with all' : 'plan'}${known}`);
      write(ride);
      if (typeof script.planning === 'function') return { kind: 'needs_model' };
      if (Array.isArray(script.planning)) return answer('plan', script.planning);
      return (
        script.planning ?? {
          kind: 'planned',
          plan: script.plan,
          cached: false,
          model: 'offline',
          intent: INTENT,
        }
      );
    },
    planWithModel: async ({ ride, withinMs }) => {
      plans.push(`ask the model within ${withinMs} ms`);
      write(ride);
      return typeof script.planning === 'function' ? script.planning() : { kind: 'needs_model' };
    },
    planAgain: async ({ ride }) => {
      write(ride);
      const { plan, past } = script;
      return {
        kind: 'planned',
        plan,
        cached: false,
        model: 'offline',
        intent: INTENT,
        ...(past && { past }),
      };
    },
    adoptSteps: async ({ ride, done }) => {
      calls.push(`adopt ${done.join()}`);
      write(ride);
    },
    revisePlan: async ({ ride, plan, limits, steps }) => {
      write(ride);
      const changes = new Map(steps.map((change) => [change.id, change]));
      return {
        ...plan,
        limits,
        revision: plan.revision + 1,
        planHash: `hash-${plan.revision + 1}`,
        steps: plan.steps.map((step) => ({ ...step, ...changes.get(step.id) }) as PlanStep),
      };
    },
    callService: async (request: CallRequest) => {
      calls.push(`call ${request.step.id} ${request.generation}.${request.attempt}`);
      write(request.ride);
      write({ runId: request.runId, events: [note(`step.started:${request.step.id}`, 'step.started')] });
      await script.hold?.[request.step.id];
      const outcome = answer(
        `call ${request.step.id}`,
        script.calls?.[request.step.id] ?? [ok(request.step.id)],
      );
      if (outcome.kind === 'ok')
        write({
          runId: request.runId,
          events: [note(`step.completed:${request.step.id}`, 'step.completed')],
        });
      return outcome;
    },
    pollService: async ({ ride, runId, step, intentId }) => {
      calls.push(`ask for ${step.id}${intentId === undefined ? '' : `, paid by ${intentId}`}`);
      write(ride);
      const outcome = answer(
        `ask ${step.id}`,
        script.polls?.[step.id] ?? [{ kind: 'ok', output: { inline: step.id } }],
      );
      if (outcome.kind === 'ok')
        write({ runId, events: [note(`step.completed:${step.id}`, 'step.completed')] });
      return outcome;
    },
    computeStep: async ({ ride, step }) => {
      write(ride);
      const branch = step.params['branch'];
      return {
        kind: 'ok',
        output: { inline: step.id },
        ...(branch === 'then' || branch === 'else' ? { branch } : {}),
      };
    },
    compensateStep: async ({ ride, stepId }) => {
      calls.push(`undo ${stepId}`);
      write(ride);
      return answer(`undo ${stepId}`, script.compensate?.[stepId] ?? [{ kind: 'ok', detail: {} }]);
    },
    signPayment: async ({ ride, agreed }) => {
      calls.push(agreed === undefined ? 'sign' : `sign, agreed to ${agreed}`);
      write(ride!);
      return answer('sign', script.sign ?? [{ kind: 'signed' }]);
    },
    checkFunds: async () => {
      calls.push('look for money');
      return { funded: answer('funded', script.funded ?? [false]) };
    },
    checkRoom: async () => {
      calls.push('look for room');
      return { room: answer('room', script.room ?? [null]) };
    },
    submitPayment: async ({ ride, paidCall }) => {
      const { runId } = ride!;
      const { step } = paidCall!;
      calls.push('submit');
      write(ride!);
      const outcome = answer(
        'submit',
        script.submit ?? [{ kind: 'settled', output: { inline: step.id }, txHash: '0xt', timeMs: 1 }],
      );
      if (outcome.kind === 'settled')
        write({ runId, events: [note(`step.completed:${step.id}`, 'step.completed')] });
      return outcome;
    },
    reconcilePayment: async ({ ride }) => {
      calls.push('reconcile');
      write(ride!);
      return answer('reconcile', script.reconcile ?? [{ kind: 'unknown', message: 'unscripted' }]);
    },
    sweepPayments: async () => ({ open: 0, moved: 0 }),
    findQuestion: async () => ({ kind: 'new' }),
    keepAnswer: async ({ question }) => ({ kind: 'kept', hash: `hash of ${question}` }),
    reserveForRun: async ({ ride, upTo }) => {
      write(ride);
      reserved.push(upTo);
      return answer('reserve', script.reserve ?? [{ kind: 'reserved' }]);
    },
    finishRun: async (request) => {
      write(request.ride);
      write({
        runId: request.runId,
        events: [{ ...note(`run.${request.status}`, `run.${request.status}`), status: request.status }],
      });
      finished.push(request);
      const { asset, cost, decimals } = request.totals;
      return { cost: asset === null ? [] : [{ amount: formatUnits(cost, decimals), asset }] };
    },
  };
  return {
    activities,
    events,
    types: () => events.map((event) => event.type),
    calls,
    plans,
    reserved,
    finished,
  };
}

const INTENT = { classification: 'test', entities: {}, confidence: 1, requiredCapabilities: [] };

function scripted(): <T>(name: string, answers: T[]) => T {
  const used = new Map<string, number>();
  return (name, answers) => {
    const index = used.get(name) ?? 0;
    used.set(name, index + 1);
    return answers[Math.min(index, answers.length - 1)]!;
  };
}
