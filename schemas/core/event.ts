import { z } from 'zod';
import { JsonObject } from './json.ts';

/** Event types of the core; family streams translate them one to one, so that `seq` has no gaps on either. */
export const EventType = z.enum([
  'run.planning',
  'run.plan_ready',
  'run.awaiting_payment',
  'run.awaiting_input',
  'run.running',
  'run.paused',
  'run.compensating',
  'run.compensated',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'run.cancel_requested',
  'input.received',
  'input.ignored',
  'input.closed',
  'approval.requested',
  'approval.granted',
  'approval.ignored',
  'step.started',
  'step.progress',
  'step.completed',
  'step.failed',
  'step.skipped',
  'step.compensated',
  'step.compensation_failed',
  'payment.quoted',
  'payment.signed',
  'payment.submitted',
  'payment.settled',
  'payment.rejected',
  'payment.void',
  'payment.unknown',
  'payment.changed',
]);
export type EventType = z.infer<typeof EventType>;

/** One event of a run. `seq` counts 1, 2, 3... without gaps; `at` is RFC 3339 (common.md, "Runs"). */
export const RunEvent = z.object({
  run_id: z.string(),
  seq: z.int().min(1),
  type: EventType,
  data: JsonObject,
  at: z.string(),
});
export type RunEvent = z.infer<typeof RunEvent>;

/** An event on a tenant's feed; `cursor` resumes after it. */
export const FeedEvent = RunEvent.extend({ cursor: z.string(), family: z.string() });
export type FeedEvent = z.infer<typeof FeedEvent>;
