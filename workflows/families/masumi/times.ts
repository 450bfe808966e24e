import { describeConflict, type Feasibility } from '../../../domain/deadlines.ts';
import { checkJob, type JobInstant } from '../../../domain/masumi/deadlines.ts';
import type { Job } from './context.ts';

type Feasible = Extract<Feasibility<JobInstant>, { feasible: true }>;

/** The latest times of all that comes before the promised submission. It always fits, as nothing else is fixed. */
const schedule = ({ run, payment }: Job): Feasible =>
  checkJob({ submitResult: payment!.submitResultTime }, run.input.settings.margins) as Feasible;

/** After this time a result is worth nothing, because its hash would come too late to the chain (masumi.md section 2). */
export const resultDeadlineOf = (job: Job): number => schedule(job).latest('result');

/** After that a launch makes no sense. */
export const launchDeadlineOf = (job: Job): number => schedule(job).latest('launch');

/** Until when an open question may be answered, so that time is left to work with the answer. */
export const inputDeadlineOf = (job: Job, expiresAtMs: number | null): number =>
  Math.min(expiresAtMs ?? Infinity, schedule(job).latest('input'));

const SAY: { readonly [name in JobInstant]: string } = {
  now: 'this moment',
  payBy: 'the end of the time to pay',
  launch: 'the beginning of the work',
  input: 'the end of the time to answer',
  result: 'the result',
  submitResult: 'the last moment for the hash',
  unlock: 'the unlocking of the money',
  externalDisputeUnlock: 'the end of disputes',
};

/** Why work that begins now would be for nothing; undefined when there is time. */
export function lateness({ run, payment }: Job, nowMs: number): string | undefined {
  const { submitResultTime } = payment!;
  const found = checkJob({ launch: nowMs, submitResult: submitResultTime }, run.input.settings.margins);
  return found.feasible ? undefined : describeConflict(found.conflict, SAY);
}
