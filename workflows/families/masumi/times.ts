import type { Job } from './context.ts';

/** The time after which a result is worth nothing: its hash could not be on the chain in time (masumi.md section 2). */
export const resultDeadlineOf = ({ run, payment }: Job): number =>
  payment!.submitResultTime - run.input.settings.margins.resultMarginMs;

/** Until when an open question may be answered: what is answered must still be worked on. */
export const inputDeadlineOf = (job: Job, expiresAtMs: number | null): number =>
  Math.min(expiresAtMs ?? Infinity, resultDeadlineOf(job) - job.run.input.settings.margins.inputMarginMs);
