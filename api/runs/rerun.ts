import { listSteps, type RunRow } from '../../db/repositories/runs.ts';
import { paymentsOfRun } from '../../db/repositories/payments-write.ts';
import { isOpen } from '../../domain/payments/actions.ts';
import { splitForRerun } from '../../domain/plan/reuse.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { isTerminal } from '../../domain/run-states.ts';
import type { RerunBody } from '../../schemas/core/api.ts';
import type { Ctx } from '../context.ts';
import { ApiError } from '../problem.ts';
import { startRun } from './start.ts';

/** Starts a new run from an ended one, in the way of its family. Answers the new run's id. */
export async function rerun(ctx: Ctx, run: RunRow, wanted: NonNullable<RerunBody>): Promise<string> {
  if (!isTerminal(run.status))
    throw new ApiError('invalid_state', `The run is ${run.status}; only a run that has ended is run again.`);
  if (wanted.input !== undefined && wanted.from_step !== undefined)
    throw refusedField('from_step', 'Another input makes another plan; name a step only without one.');
  const family = ctx.deps.families.find(({ name }) => name === run.family);
  if (family?.rerun === undefined)
    throw new ApiError('unsupported_action', `Runs of ${run.family} cannot be run again.`);
  if (wanted.input === undefined) await refuseUseless(ctx, run, wanted.from_step);
  const request = await family.rerun(ctx, run, wanted);
  return (await startRun(ctx.deps, { ...request, claim: ctx.claim })).runId;
}

/** The workflow decides the same again; here it is said at once. */
async function refuseUseless({ deps }: Ctx, run: RunRow, fromStep: string | undefined): Promise<void> {
  const plan = run.view['plan'] as unknown as Plan | undefined;
  if (plan === undefined)
    throw new ApiError('invalid_state', 'The run ended before it had a plan; start a new one instead.');
  const steps = await listSteps(deps.db.pool, run.id);
  const split = splitForRerun(
    plan.steps,
    new Map(steps.map((step) => [step.step_id, step.status])),
    fromStep,
  );
  if ('kind' in split)
    throw split.kind === 'unknown_step'
      ? refusedField('from_step', 'The run has no such step; GET /runs/{id} lists its steps.')
      : new ApiError('invalid_state', 'Every step ended well; name the step to begin from with from_step.');
  const payments = await paymentsOfRun(deps.db.pool, run.id);
  const open = payments.find(({ step_id, status }) => split.redo.includes(step_id) && isOpen(status));
  if (open !== undefined)
    throw new ApiError(
      'invalid_state',
      `Whether step ${open.step_id} was paid is not known yet; wait until GET /payments?run_id=${run.id} says so.`,
    );
}

const refusedField = (path: string, message: string): ApiError =>
  new ApiError('validation_failed', `body: ${path}: ${message}`, {
    errors: [{ path, message, code: 'invalid' }],
  });
