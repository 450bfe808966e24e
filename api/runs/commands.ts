import { WorkflowNotFoundError } from '@temporalio/client';
import type { z } from 'zod';
import { findRun, type RunRow } from '../../db/repositories/runs.ts';
import {
  QUERIES,
  UPDATES,
  type ApproveAnswer,
  type ApproveRequest,
  type CancelPlan,
  type DecisionAnswer,
  type DecisionRequest,
  type ProvideInputAnswer,
  type ProvideInputRequest,
} from '../../domain/messages.ts';
import { EngineError } from '../../domain/errors.ts';
import { isTerminal } from '../../domain/run-states.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import { ApproveMessage, DecisionMessage, ProvideInputMessage } from '../../schemas/core/messages.ts';
import type { Scope } from '../../schemas/core/principal.ts';
import type { RunStatus } from '../../schemas/core/run.ts';
import type { CommandCtx } from '../context.ts';
import { isHidden } from './visibility.ts';
import { troubleOf, unavailable } from '../errors.ts';
import { actorOf } from '../http/pipeline.ts';
import { attest } from '../keys/authority.ts';
import { keepClaim } from '../middleware/idempotency.ts';
import { ApiError } from '../problem.ts';
import { queuesKnown, whatLacks } from '../queues.ts';
import { inTime, LATE } from '../time-limit.ts';
import { lookAtTries } from './tries.ts';

/** A run that the caller may see, or 404 in the words given. */
export async function requireRun(
  { deps, principal }: CommandCtx,
  id: string,
  missing: { code: string; detail: string } = { code: 'run_not_found', detail: 'There is no such run.' },
): Promise<RunRow> {
  const run = await findRun(deps.db.pool, principal.tenant, id);
  if (run === undefined || isHidden(deps.families, principal, run))
    throw new ApiError(missing.code, missing.detail);
  return run;
}

/** Approves through the workflow; its events are committed before this returns. Refusals carry the workflow's code. */
export async function approveRun(
  ctx: CommandCtx,
  run: RunRow,
  request: Omit<ApproveRequest, 'by' | 'authority' | 'updateId'>,
): Promise<ApproveAnswer> {
  const approval = { ...request, ...(await deciding(ctx, 'approve')) };
  return update<ApproveAnswer>(ctx, run, UPDATES.approve, ApproveMessage, (updateId) => ({
    ...approval,
    updateId,
  }));
}

/**
 * Does the work, and when it is refused, answers what the run told an earlier try of the same request. Otherwise a client
 * whose first answer was lost would be refused for its own success.
 */
export async function orEarlierAnswer<A>(
  ctx: CommandCtx,
  run: Pick<RunRow, 'workflow_id'>,
  work: () => Promise<A>,
): Promise<A> {
  try {
    return await work();
  } catch (error) {
    const isRefusal = error instanceof ApiError && error.code !== 'unavailable';
    const before = isRefusal ? await earlierAnswer<A>(ctx, run) : undefined;
    if (before === undefined) throw error;
    return before;
  }
}

/** What the run told an earlier try of the same request; undefined when that never reached the run, or was refused. */
export async function earlierAnswer<A>(
  ctx: CommandCtx,
  { workflow_id: workflowId }: Pick<RunRow, 'workflow_id'>,
): Promise<A | undefined> {
  const { temporal, settings } = ctx.deps;
  const tries = await temporal
    .withDeadline(Date.now() + settings.commandTimeoutMs, () =>
      lookAtTries<A>(ctx, temporal.workflow.getHandle(workflowId)),
    )
    .catch(() => {
      throw unavailable(); // a refusal would perhaps be wrong
    });
  return 'answer' in tries ? tries.answer : undefined;
}

/** Approves what a paused run waits for. A run that has not begun is approved, not resumed. */
export function resumeRun(ctx: CommandCtx, run: RunRow, planHash?: string): Promise<ApproveAnswer> {
  if (run.status === 'paused')
    throw new ApiError(
      'invalid_state',
      'The run waits for room in a budget and goes on by itself: `pause` of GET /runs/{id} says which budget, and who can raise it.',
    );
  const reason = run.view['approvalReason'];
  const hasBegun = reason !== undefined && reason !== 'initial' && reason !== 'partial';
  if (run.status !== 'awaiting_approval' || !hasBegun)
    throw new ApiError('invalid_state', `The run is ${run.status}; only a run that was paused is resumed.`);
  return approveRun(ctx, run, planHash === undefined ? {} : { planHash });
}

/** `planHash` says which plan is meant: one that came after it is not rejected. */
export async function rejectRun(
  ctx: CommandCtx,
  run: RunRow,
  { reason, planHash }: { reason?: string | undefined; planHash?: string | undefined },
): Promise<DecisionAnswer> {
  const request = {
    ...(await deciding(ctx, 'approve')),
    ...(reason !== undefined && { reason }),
    ...(planHash !== undefined && { planHash }),
  };
  return update<DecisionAnswer>(ctx, run, UPDATES.reject, DecisionMessage, () => request);
}

/** Cancelling what is cancelled already changes nothing; what ended otherwise cannot be cancelled. */
export async function cancelRun(
  ctx: CommandCtx,
  run: RunRow,
  reason?: string,
): Promise<{ status: RunStatus }> {
  if (run.status === 'cancelled') return { status: 'cancelled' };
  if (isTerminal(run.status))
    throw new ApiError('cannot_cancel', `The run is ${run.status}; it cannot be cancelled any more.`);
  const request = { ...(await deciding(ctx, 'operate')), ...(reason !== undefined && { reason }) };
  return update<DecisionAnswer>(ctx, run, UPDATES.cancel, DecisionMessage, () => request);
}

/** What a cancel would undo now, as the workflow itself would. */
export async function askCancelPlan(ctx: CommandCtx, run: RunRow): Promise<CancelPlan> {
  const handle = ctx.deps.temporal.workflow.getHandle(run.workflow_id);
  return bounded(ctx, run, () => handle.query<CancelPlan>(QUERIES.cancelPlan));
}

/** Tells a run that an answer to its question was kept. With `scope` the key is checked again, and the run checks it too. */
export async function provideInput(
  ctx: CommandCtx,
  run: RunRow,
  request: Pick<ProvideInputRequest, 'id' | 'hash'>,
  scope?: Scope,
): Promise<ProvideInputAnswer> {
  const who = scope === undefined ? { by: actorOf(ctx.principal) } : await deciding(ctx, scope);
  return update<ProvideInputAnswer>(ctx, run, UPDATES.provideInput, ProvideInputMessage, (updateId) => ({
    ...request,
    ...who,
    updateId,
  }));
}

/** Who decides. The key is checked again: it may have lost the scope since the request began. */
async function deciding(
  ctx: CommandCtx,
  scope: Scope,
): Promise<Required<Pick<DecisionRequest, 'by' | 'authority'>>> {
  const { principal, authority } = await attest(ctx, scope);
  return { by: actorOf(principal), authority };
}

async function update<A extends { events: JournalEvent[] }>(
  ctx: CommandCtx,
  run: RunRow,
  name: string,
  schema: z.ZodType<object>,
  request: (updateId: string) => object,
): Promise<A> {
  const handle = ctx.deps.temporal.workflow.getHandle(run.workflow_id);
  const tries = await bounded(ctx, run, () => lookAtTries<A>(ctx, handle));
  const answer = 'answer' in tries ? tries.answer : await ask<A>(ctx, run, name, tries.next, schema, request);
  await commit(ctx, run.id, answer.events);
  return answer;
}

async function ask<A>(
  ctx: CommandCtx,
  run: RunRow,
  name: string,
  updateId: string,
  schema: z.ZodType<object>,
  request: (updateId: string) => object,
): Promise<A> {
  const message = readMessage(schema, request(updateId));
  const handle = ctx.deps.temporal.workflow.getHandle(run.workflow_id);
  await keepClaim(ctx.deps.db.pool, ctx.claim);
  await ctx.deps.checkpoint?.('command.asked');
  return bounded(ctx, run, () => handle.executeUpdate<A, [object]>(name, { args: [message], updateId }));
}

/** What its workflow would refuse is refused here, in the words of a request. */
function readMessage(schema: z.ZodType<object>, request: object): object {
  const { data, error } = schema.safeParse(request);
  if (data !== undefined) return data;
  const errors =
    error?.issues.map(({ path, message, code }) => ({ path: path.join('.'), message, code })) ?? [];
  const [first] = errors;
  throw new ApiError('validation_failed', `${first?.path ?? ''}: ${first?.message ?? 'invalid'}`, { errors });
}

async function bounded<T>(ctx: CommandCtx, run: RunRow, work: () => Promise<T>): Promise<T> {
  const { temporal, settings } = ctx.deps;
  try {
    const answer = temporal.withDeadline(Date.now() + settings.commandTimeoutMs, work);
    return await sooner(answer, () => refuseUnserved(ctx));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw await gone(ctx, run);
    if (troubleOf(error) === 'down')
      throw unavailable('The run did not answer in time; it may have heard. Ask again: repeating is safe.');
    throw error;
  }
}

/** The answer, unless `look` finds meanwhile that there will be none: it is asked every few seconds, and throws. */
async function sooner<T>(answer: Promise<T>, look: () => Promise<void>): Promise<T> {
  for (;;) {
    const first = await inTime(answer, LOOK_MS);
    if (first !== LATE) return first;
    answer.catch(() => undefined); // nobody waits for it when `look` throws
    await look();
  }
}

const LOOK_MS = 2000;

/** Without a worker a run hears nothing, so its answer need not be waited for. */
async function refuseUnserved({ deps }: CommandCtx): Promise<void> {
  const engine = (await queuesKnown(deps)).filter(({ kind }) => kind === 'engine');
  const lacks = whatLacks(engine);
  if (lacks !== undefined)
    throw unavailable(
      `The run cannot hear this now: ${lacks}. It may hear it then; ask again: repeating is safe.`,
    );
}

/** No such workflow any more, or not yet. */
async function gone({ deps }: CommandCtx, run: RunRow): Promise<ApiError> {
  const now = await findRun(deps.db.pool, run.tenant, run.id);
  if (now !== undefined && isTerminal(now.status))
    return new ApiError('invalid_state', `The run is ${now.status}.`);
  if (now?.start_state === 'started')
    return new ApiError(
      'workflow_lost',
      'The workflow of this run is gone, so it takes no commands. Within seconds it is being undone: payments are followed to their end, what can be undone is undone, and what nothing holds goes back.',
    );
  return unavailable('The run is about to start; try again in a moment.');
}

/** The answer promises its events: they are readable once the caller hears it (architecture decision 3). */
async function commit({ deps }: CommandCtx, runId: string, events: JournalEvent[]): Promise<void> {
  try {
    await deps.journal.append({ runId, events });
  } catch (error) {
    // The workflow was faster: it has written these and its end.
    if (!(error instanceof EngineError && error.code === 'run_finished')) throw error;
  }
}
