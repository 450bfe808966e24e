import { ruledOutBy } from '../../domain/plan/branches.ts';
import { startDag, sinks, type DagNode, type DagState } from '../../domain/plan/dag.ts';
import { stepSkipped } from '../../domain/payments/events.ts';
import type { Grant } from '../../domain/plan/approval-state.ts';
import type { Plan, PlanStep } from '../../domain/plan/plan.ts';
import { needsOf, type PauseFacts } from '../../domain/plan/pause-needs.ts';
import { escalated } from '../../domain/plan/revision.ts';
import type { ReusedResults } from '../../domain/ports/planning.ts';
import { planConflict } from '../../domain/plan/run-deadlines.ts';
import { isPartial } from '../../domain/plan/understanding/understanding.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { ApprovalEnd, ApprovalGate } from './approval.ts';
import type { ApprovalAsk } from './approval-events.ts';
import { committed, createBudget, netCost } from './budget.ts';
import { runDag, type DagRun } from './dag.ts';
import { rollBack, type RollbackCause } from './rollback.ts';
import { internalError, isHandedOver, type Ending, type Run } from './run.ts';
import { runServiceStep } from './service-step.ts';
import { announceFailure, describeProgress } from './step-events.ts';
import { pauseForRoom } from './pause-for-room.ts';
import { failed, type Parked, type StepContext, type StepEnd, type StepFailure } from './step-context.ts';

/**
 * Approves, executes, pauses and, where it must, undoes one plan. Families bring the plan, and what is used of an ended
 * run of it; nothing here knows them. What the ended run did is its own to undo.
 */
export async function runPlan(
  run: Run,
  gate: ApprovalGate,
  plan: Plan,
  past?: ReusedResults,
  granted?: Grant,
): Promise<Ending> {
  const { maxCost } = run.input.settings;
  const outputs = { ...past?.outputs };
  const context: StepContext = {
    run,
    outputs,
    budget: createBudget(),
    attempts: {},
    generations: {},
    plan,
    maxCost,
    agreed: {},
  };
  const upTo = BigInt(plan.totalEstimatedCost);
  const { maxTimeMs, approvalTtlMs } = run.input.settings;
  const conflict = planConflict(plan, { maxTimeMs, approvalTtlMs });
  const paidAgain = past?.paidAgain ?? [];
  const approval =
    granted === undefined
      ? await gate.request({ plan, reason: firstReason(plan), upTo, maxCost, paidAgain, conflict })
      : await restored(gate, context, granted);
  if (approval.kind !== 'approved') return notStarted(context, approval.kind);
  context.budget.grant = approval.grant;
  const startedAtMs = Date.now();
  const deadline = run.stop.deadline(run.input.settings.maxTimeMs, 'maxTime');
  const cause = await begin(context, gate, past).catch((error: unknown) => broken(run, error));
  deadline.disarm();
  const timeMs = (): number => Date.now() - startedAtMs;
  if (cause === undefined) return ending(context, 'completed', timeMs());
  await rollBack(context, cause);
  return ending(context, cause.status, timeMs(), cause.error);
}

/** What cannot be done at all is not part of the plan, and whoever approves it must have seen that. */
const firstReason = ({ understanding }: Plan): string => (isPartial(understanding) ? 'partial' : 'initial');

/** Approved before the workflow was reset: what was agreed then holds, a raised ceiling as well. */
async function restored(
  gate: ApprovalGate,
  context: StepContext,
  grant: Grant,
): Promise<Extract<ApprovalEnd, { kind: 'approved' }>> {
  const { plan } = context;
  await gate.restore(plan, grant);
  if (plan.revision > 1)
    context.maxCost = ceilingAfter(context.maxCost, BigInt(plan.totalEstimatedCost), grant);
  return { kind: 'approved', grant, resumed: false };
}

/** First takes over the results of the earlier run, if there is one. */
async function begin(
  context: StepContext,
  gate: ApprovalGate,
  past: ReusedResults | undefined,
): Promise<RollbackCause | undefined> {
  const { run, plan } = context;
  if (past !== undefined) {
    const { of, done, skipped } = past;
    const adoption = { runId: run.input.runId, of, done, skipped };
    await run.journal.ride((ride) =>
      run.act.local.adoptSteps.executeWithOptions({ summary: `use results of ${of}` }, [
        { ride, ...adoption },
      ]),
    );
  }
  return execute(context, gate, startDag(nodesOf(plan), past));
}

const nodesOf = (plan: Plan): DagNode[] =>
  plan.steps.map((step) => ({
    id: step.id,
    dependencies: step.dependencies,
    exclusive: !step.parallelizable,
  }));

/** Undefined when every step completed or was skipped, else why to roll back. */
async function execute(
  context: StepContext,
  gate: ApprovalGate,
  state: DagState,
): Promise<RollbackCause | undefined> {
  const { run } = context;
  for (;;) {
    const nodes = nodesOf(context.plan);
    const result = await runDag<Parked, StepFailure>(nodes, state, run.input.settings.concurrency, {
      run: (id) => {
        describeProgress(context, state);
        return runStep(context, stepOf(context.plan, id)).catch((error: unknown) => crashed(run, error));
      },
      skipped: (id) => run.journal.emit(stepSkipped(id)),
      stopping: () => run.stop.reason() !== undefined,
    });
    describeProgress(context, state);
    const cause = causeOf(context, result);
    if (cause !== undefined || result.done) return cause;
    const paused = await pause(context, gate, result.parked);
    if (paused !== undefined) return paused;
  }
}

const stepOf = (plan: Plan, id: string): PlanStep => plan.steps.find((step) => step.id === id)!;

async function runStep(context: StepContext, step: PlanStep): Promise<StepEnd> {
  const end =
    step.type === 'service_call' ? await runServiceStep(context, step) : await compute(context, step);
  if (end.kind === 'failed') announceFailure(context, step, end.failure);
  return end;
}

async function compute(context: StepContext, step: PlanStep): Promise<StepEnd> {
  const { run, outputs } = context;
  const outcome = await run.journal.ride((ride) =>
    run.act.local.computeStep.executeWithOptions({ summary: `${step.id}: ${step.type}` }, [
      { ride, runId: run.input.runId, step, outputs },
    ]),
  );
  if (outcome.kind === 'failed') return failed(outcome.code, outcome.message);
  outputs[step.outputKey] = outcome.output;
  if (outcome.branch === undefined) return { kind: 'completed' };
  return { kind: 'completed', ruledOut: ruledOutBy(step.params, outcome.branch) };
}

/** Durable pause: money needs a new decision. What was paid stays paid; the plan's revision says what is new. */
async function pause(
  context: StepContext,
  gate: ApprovalGate,
  parked: DagRun<Parked, StepFailure>['parked'],
): Promise<RollbackCause | undefined> {
  const { run, budget } = context;
  const waiting = parked.filter(({ why }) => why.room === undefined);
  if (waiting.length === 0) return (await pauseForRoom(context, parked)) ? undefined : stopCause(run);
  if (waiting.length < parked.length) return pause(context, gate, waiting); // the others find out again whether there is room
  const { reason } = parked[0]!.why;
  const revision = escalated(
    context.plan,
    parked.map(({ id, why }) => ({ id, quote: why.quote })),
    committed(budget),
    doneIds(context),
  );
  const plan = await run.journal.ride((ride) =>
    run.act.local.revisePlan.executeWithOptions({ summary: `${parked[0]!.id}: revise the plan, ${reason}` }, [
      { ride, plan: context.plan, ...revision.change },
    ]),
  );
  context.plan = plan;
  run.journal.emit({
    key: `step.parked:${plan.planHash}`,
    type: 'step.progress',
    data: { step: parked[0]!.id, waiting: reason },
    view: { plan: plan as unknown as JsonObject, estimatedCost: plan.totalEstimatedCost },
  });
  const needs = needsOf({
    reason,
    committed: committed(budget),
    upTo: revision.upTo,
    maxTotal: BigInt(budget.grant?.limits.maxTotalAmount ?? 0),
    ...shortage(parked),
  });
  const resume = resumption(context, parked);
  // Only executing counts towards maxTime.
  const approval = await run.stop.standStill(() =>
    gate.request({ plan, reason, upTo: revision.upTo, needs, ...(resume && { resume }) }),
  );
  if (approval.kind !== 'approved') return pausedCause(approval.kind, run);
  budget.grant = approval.grant;
  // A top-up resumes the run, but nobody approved more: the user's ceiling stays.
  if (approval.resumed) return undefined;
  for (const { id, why } of parked)
    if (why.reason === 'approve_above' && why.quote !== undefined) context.agreed[id] = why.quote.amount;
  context.maxCost = ceilingAfter(context.maxCost, revision.upTo, approval.grant);
  return undefined;
}

/** What all parked steps are short of together, if they are all short of the same owner's money. */
function shortage(parked: DagRun<Parked, StepFailure>['parked']): Pick<PauseFacts, 'short'> {
  const shorts = parked.flatMap(({ why }) => (why.short === undefined ? [] : [why.short]));
  const of = shorts[0]?.of;
  if (of === undefined || shorts.length < parked.length || shorts.some((short) => short.of !== of)) return {};
  return { short: { of, amount: shorts.reduce((sum, { amount }) => sum + BigInt(amount), 0n) } };
}

/** Where only money is missing, the last approval still holds: the run goes on under it once the money is there. */
function resumption(
  { run, budget }: StepContext,
  parked: DagRun<Parked, StepFailure>['parked'],
): ApprovalAsk['resume'] {
  const { grant } = budget;
  const intents = parked.flatMap(({ why }) => (why.short === undefined ? [] : [why.short.intentId]));
  if (grant === undefined || intents.length < parked.length) return undefined;
  const isFunded = async (intentId: string): Promise<boolean> =>
    (
      await run.act.money.checkFunds.executeWithOptions({ summary: 'look for the missing money' }, [
        { intentId },
      ])
    ).funded;
  return { grant, funded: async () => (await Promise.all(intents.map(isFunded))).every(Boolean) };
}

/** Approving a revision that is dearer than the user's ceiling raises the ceiling to that revision, and no further. */
function ceilingAfter(maxCost: string | undefined, upTo: bigint, { limits }: Grant): string | undefined {
  if (maxCost === undefined || BigInt(maxCost) >= upTo) return maxCost;
  return BigInt(limits.maxTotalAmount) < upTo ? maxCost : upTo.toString();
}

/** The other steps stop as soon as no money of theirs is moving. */
function crashed(run: Run, error: unknown): never {
  run.stop.request('failed');
  throw error;
}

/** After a bug, or an activity without tries left: what can be undone is undone, and the cost is reported. */
function broken(run: Run, error: unknown): RollbackCause {
  if (isHandedOver(error)) throw error;
  run.stop.request('failed');
  return { status: 'failed', reason: 'internal', error: internalError(error) };
}

/** Steps whose outputs exist: they are neither priced nor run again. */
const doneIds = (context: StepContext): string[] =>
  context.plan.steps.filter((step) => context.outputs[step.outputKey] !== undefined).map((step) => step.id);

function pausedCause(kind: Exclude<ApprovalEnd['kind'], 'approved'>, run: Run): RollbackCause {
  if (kind === 'lapsed')
    return {
      status: 'failed',
      reason: 'approval_expired',
      error: {
        code: 'APPROVAL_EXPIRED',
        message: 'Nobody approved the rest of the plan in time.',
        recoverable: true,
      },
    };
  if (kind === 'stopped') return stopCause(run);
  return { status: 'cancelled', reason: 'rejected' };
}

function causeOf(context: StepContext, result: DagRun<Parked, StepFailure>): RollbackCause | undefined {
  const failure = result.failures[0];
  if (failure !== undefined)
    return {
      status: 'failed',
      reason: failure.failure.code.toLowerCase(),
      error: errorOf(failure),
    };
  // A person who was told that the run is cancelled must not find it completed, even if its last steps ended well.
  return context.run.stop.reason() === undefined ? undefined : stopCause(context.run);
}

const errorOf = ({
  id,
  failure: { code, message, recoverable },
}: DagRun<Parked, StepFailure>['failures'][number]) => ({
  code,
  message,
  recoverable,
  stepId: id,
});

function stopCause(run: Run): RollbackCause {
  if (run.stop.reason() !== 'deadline') return { status: 'cancelled', reason: 'cancelled' };
  const message = `The run took longer than ${run.input.settings.maxTimeMs} ms.`;
  return {
    status: 'failed',
    reason: 'max_time_exceeded',
    error: { code: 'MAX_TIME_EXCEEDED', message, recoverable: true },
  };
}

/** Nothing was done, so there is nothing to undo. */
function notStarted(context: StepContext, kind: 'rejected' | 'lapsed' | 'stopped'): Ending {
  if (kind !== 'lapsed') return ending(context, 'cancelled', 0);
  const message = 'Nobody approved the plan in time.';
  return ending(context, 'cancelled', 0, { code: 'APPROVAL_EXPIRED', message, recoverable: true });
}

function ending(
  context: StepContext,
  status: Ending['status'],
  timeMs: number,
  error?: Ending['error'],
): Ending {
  const { plan, budget, outputs } = context;
  const last = sinks(nodesOf(plan)).map((id) => stepOf(plan, id).outputKey);
  return {
    status,
    ...(error === undefined ? {} : { error }),
    outputs: Object.fromEntries(
      last.flatMap((key) => (outputs[key] === undefined ? [] : [[key, outputs[key]]])),
    ),
    totals: { cost: netCost(budget), timeMs, asset: plan.asset, decimals: plan.decimals },
  };
}
