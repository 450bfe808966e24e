import { z } from 'zod';
import { JsonObject } from './json.ts';

/** The engine's own event types. Families add theirs; what a family's stream has no word for it shows as progress. */
export const EngineEvent = z.enum([
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
  'message.ignored',
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
]);
export type EngineEvent = z.infer<typeof EngineEvent>;

declare const FAMILY_EVENT: unique symbol;
/** A type that a family declares (`familyEvents`): a slip of the pen in a workflow does not compile. */
export type FamilyEvent = string & { readonly [FAMILY_EVENT]: true };

/** What events are called: a thing and what became of it. The documentation lists those of all families served. */
export const EventType: z.ZodType<EngineEvent | FamilyEvent, string> = z
  .string()
  .regex(/^[a-z_]+\.[a-z_]+$/)
  .meta({ id: 'EventType', description: 'What happened.' }) as unknown as z.ZodType<
  EngineEvent | FamilyEvent,
  string
>;
export type EventType = EngineEvent | FamilyEvent;

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
