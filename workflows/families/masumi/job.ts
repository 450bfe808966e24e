import { readJobStart } from '../../../domain/masumi/messages.ts';
import type { JobInput } from '../../../domain/masumi/ports/jobs.ts';
import { readStart } from '../../engine/read-start.ts';
import { executeRun } from '../../engine/run.ts';
import type { RunSummary } from '../../engine/run-summary.ts';
import { createJob } from './context.ts';
import { hearOfFlow, hearOfPayment } from './look.ts';
import { askForPayment, awaitFunds } from './payment.ts';
import { doWork } from './work.ts';

/** An agent sold over MIP-003: paid in advance, done by a Kodosumi flow, its result's hash submitted (masumi.md). */
export async function masumi(input: JobInput): Promise<RunSummary> {
  readStart(readJobStart, input);
  return executeRun(input, async (run) => {
    const job = createJob(run);
    hearOfPayment(job);
    hearOfFlow(job);
    return (await askForPayment(job)) ?? (await awaitFunds(job)) ?? doWork(job);
  });
}
