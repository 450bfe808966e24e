import { createHash } from 'node:crypto';
import { createJournalActivities } from '../../../activities/journal/activities.ts';
import { createQuestionActivities } from '../../../activities/questions/activities.ts';
import { loadAnswers } from '../../../activities/planner/load-answers.ts';
import { createRerunActivities } from '../../../activities/planner/rerun.ts';
import { takeUp } from '../../../activities/planner/take-up.ts';
import { withRide } from '../../../activities/journal/ride.ts';
import { createLedgerActivities } from '../../../activities/ledger/activities.ts';
import type { Database } from '../../../db/database.ts';
import type { Journal } from '../../../db/journal.ts';
import { getPayment, movePayment, paymentId, saveQuote } from '../../../db/repositories/payments-write.ts';
import { getRun, type RunRow } from '../../../db/repositories/runs.ts';
import type { Sealer } from '../../../db/sealing.ts';
import type { Values } from '../../../db/values.ts';
import { quotedAsset, type AssetBook } from '../../../domain/assets.ts';
import { stepCalled, stepCompleted, type PaymentFacts } from '../../../domain/payments/events.ts';
import type { Plan, PlanStep } from '../../../domain/plan/plan.ts';
import type { CallingActivities, CallOutcome } from '../../../domain/ports/calling.ts';
import type { JournalActivities } from '../../../domain/ports/journal.ts';
import type { LedgerActivities } from '../../../domain/ports/ledger.ts';
import type { QuestionActivities } from '../../../domain/ports/questions.ts';
import type { PaymentActivities } from '../../../domain/ports/payments.ts';
import type { PlanningActivities, PlanOutcome } from '../../../domain/ports/planning.ts';
import type { ValueRef } from '../../../domain/ports/values.ts';
import type { Json, JsonObject } from '../../../schemas/core/json.ts';

/**
 * The script of a user's runs: their plan, and what their services answer. Unscripted steps succeed, and are paid if
 * priced.
 */
export interface Scenario {
  plan: Plan;
  /** A function is asked each time, with what was answered so far. */
  planning?: PlanOutcome | ((answers: JsonObject) => PlanOutcome);
  /** When this resolves the plan may be ready. */
  planned?: Promise<void>;
  calls?: { [stepId: string]: CallOutcome };
  /** Holds a step's call until the test lets go. */
  hold?: { [stepId: string]: Promise<void> };
  outputs?: { [stepId: string]: Json };
}

export interface ActivityParts {
  db: Database;
  journal: Journal;
  sealer: Sealer;
  values: Values;
  assets: AssetBook;
  scenarioOf(userId: string): Scenario;
}

type Activities = PlanningActivities &
  QuestionActivities &
  CallingActivities &
  PaymentActivities &
  LedgerActivities &
  JournalActivities;

type ScenarioOf = (runId: string) => Promise<Scenario>;

/** Outside systems by script; journal, ledger, reservations and endings as in production, so the projection is real. */
export function scriptedActivities(parts: ActivityParts): Activities {
  const scenarioOf: ScenarioOf = async (runId) => parts.scenarioOf((await runOf(parts, runId)).subject);
  return {
    ...createLedgerActivities(parts),
    ...createJournalActivities(parts),
    ...createQuestionActivities(parts),
    ...scriptedPlanning(parts, scenarioOf),
    ...scriptedCalls(parts, scenarioOf),
    ...scriptedPayments(parts, scenarioOf),
  };
}

const runOf = async ({ db }: ActivityParts, runId: string): Promise<RunRow> =>
  (await getRun(db.pool, runId))!;

function scriptedPlanning(
  { db, journal, sealer }: ActivityParts,
  scenarioOf: ScenarioOf,
): PlanningActivities {
  return {
    ...createRerunActivities({ db: db.pool, journal, sealer }),
    planFast: ({ ride, runId, answers }) =>
      withRide(journal, ride, async () => {
        const before = await takeUp(db.pool, runId, answers);
        if (before !== undefined) return before;
        const scenario = await scenarioOf(runId);
        if (scenario.planned !== undefined) return { kind: 'needs_model' };
        return outcomeOf(scenario, await loadAnswers(db.pool, sealer, runId, answers));
      }),
    planWithModel: ({ ride, runId, answers }) =>
      withRide(journal, ride, async () => {
        const scenario = await scenarioOf(runId);
        await scenario.planned;
        return outcomeOf(scenario, await loadAnswers(db.pool, sealer, runId, answers));
      }),
    revisePlan: async ({ ride, plan, limits, steps }) => {
      await journal.append(ride);
      const changes = new Map(steps.map((change) => [change.id, change]));
      const revised = plan.steps.map((step) => ({ ...step, ...changes.get(step.id) }) as PlanStep);
      const revision = plan.revision + 1;
      return { ...plan, limits, revision, planHash: hashOf(`revision ${revision}`), steps: revised };
    },
  };
}

function scriptedCalls(parts: ActivityParts, scenarioOf: ScenarioOf): CallingActivities {
  const { journal } = parts;
  return {
    callService: async ({ ride, runId, step, generation, attempt }) => {
      await journal.append({ runId, events: [...ride.events, stepCalled(step.id, generation, attempt)] });
      const { hold, calls, outputs } = await scenarioOf(runId);
      await hold?.[step.id];
      const scripted = calls?.[step.id];
      if (scripted !== undefined) return scripted;
      if (step.pay !== undefined) return quote(parts, await runOf(parts, runId), step, generation);
      return { kind: 'ok', output: await complete(parts, runId, step, attempt, outputs), timeMs: 3 };
    },
    pollService: async ({ ride, runId, step, attempts }) => {
      await journal.append(ride);
      return { kind: 'ok', output: await complete(parts, runId, step, attempts, undefined) };
    },
    computeStep: async ({ ride, runId, step }) => {
      await journal.append({ runId, events: [...ride.events, stepCalled(step.id, 1, 1)] });
      return { kind: 'ok', output: await complete(parts, runId, step, 1, (await scenarioOf(runId)).outputs) };
    },
    compensateStep: ({ ride }) =>
      withRide(journal, ride, async () => ({ kind: 'ok', detail: { undone: true } })),
  };
}

function scriptedPayments(parts: ActivityParts, scenarioOf: ScenarioOf): PaymentActivities {
  const { db, journal } = parts;
  return {
    signPayment: ({ ride, intentId }) =>
      withRide(journal, ride, async () => {
        await movePayment(db.pool, intentId, ['quoted'], 'prepared');
        await movePayment(db.pool, intentId, ['prepared'], 'signed');
        return { kind: 'signed' };
      }),
    submitPayment: async ({ ride: events, paidCall, intentId, attempt }) => {
      const ride = events!;
      const { runId } = ride;
      const { step } = paidCall!;
      await journal.append(ride);
      const txHash = hashOf(`tx ${intentId}`);
      await movePayment(db.pool, intentId, ['signed'], 'settled', { txHash });
      const { network, asset, amount: amountMinor, pay_to: payTo } = (await getPayment(db.pool, intentId))!;
      const payment = { intentId, stepId: step.id, network, asset, amountMinor, payTo, txHash };
      const { outputs } = await scenarioOf(runId);
      return {
        kind: 'settled',
        output: await complete(parts, runId, step, attempt, outputs, payment),
        txHash,
        timeMs: 3,
      };
    },
    checkFunds: async () => ({ funded: false }),
    checkRoom: async () => ({ room: null }),
    reconcilePayment: async () => ({ kind: 'unknown', message: 'unscripted' }),
    sweepPayments: async () => ({ open: 0, moved: 0 }),
  };
}

/** Keeps a step's output and writes that it completed. */
async function complete(
  { values, journal }: ActivityParts,
  runId: string,
  step: Pick<PlanStep, 'id'>,
  attempts: number,
  outputs: Scenario['outputs'],
  payment?: PaymentFacts,
): Promise<ValueRef> {
  const output = await values.keep(runId, outputs?.[step.id] ?? { from: step.id });
  const paid = payment === undefined ? {} : { payment };
  const shown = await values.show(output);
  const done = {
    stepId: step.id,
    output,
    shown,
    cost: payment?.amountMinor ?? '0',
    timeMs: 3,
    attempts,
    ...paid,
  };
  await journal.append({ runId, events: [stepCompleted(done)] });
  return output;
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function outcomeOf({ planning, plan }: Scenario, answers: JsonObject): PlanOutcome {
  const outcome = typeof planning === 'function' ? planning(answers) : planning;
  return outcome ?? plannedAs(plan);
}

/** What a planner says of a plan. */
export const plannedAs = (plan: Plan): Extract<PlanOutcome, { kind: 'planned' }> => ({
  kind: 'planned',
  plan,
  cached: false,
  model: 'offline',
  intent: {
    classification: 'test',
    entities: { topic: 'DEX' },
    confidence: 0.9,
    requiredCapabilities: ['volume'],
  },
});

/** Asks for a step's own price, with a real intent row. */
async function quote(
  { db, sealer, assets }: ActivityParts,
  run: RunRow,
  step: PlanStep,
  generation: number,
): Promise<CallOutcome> {
  const pay = step.pay!;
  const asset = quotedAsset(assets, pay.network, pay.asset)!;
  const payment = await saveQuote(db.pool, {
    id: paymentId(run.id, step.id, generation),
    tenant: run.tenant,
    run_id: run.id,
    step_id: step.id,
    generation,
    rail: 'x402-solana',
    network: pay.network,
    asset: asset.id,
    amount: step.estimatedCost,
    pay_to: pay.payTo,
    quote_sealed: sealer.seal('payment.quote', { ...pay }),
  });
  const terms = {
    ...pay,
    assetId: asset.id,
    amount: step.estimatedCost,
    maxTimeoutSeconds: 60,
  };
  return { kind: 'payment_required', intentId: payment.id, quote: terms };
}
