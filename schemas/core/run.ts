import { z } from 'zod';
import { Json, JsonObject } from './json.ts';
import { Amount } from './money.ts';
import { Understanding } from './understanding.ts';

/** States of a run, every family's work inside the engine (architecture.md, "One vocabulary inside"). */
export const RunStatus = z.enum([
  'created',
  'planning',
  'awaiting_approval',
  'awaiting_payment',
  'awaiting_input',
  'paused',
  'running',
  'compensating',
  'completed',
  'failed',
  'cancelled',
]);
export type RunStatus = z.infer<typeof RunStatus>;

/** States of a step. */
export const StepStatus = z.enum([
  'pending',
  'running',
  'completed',
  'failed',
  'skipped',
  'payment_unknown',
  'compensated',
  'compensation_failed',
]);
export type StepStatus = z.infer<typeof StepStatus>;

/** One step as the projection shows it; family-specific facts are in `data`. */
export const RunStep = z.object({ id: z.string(), status: StepStatus, data: JsonObject });
export type RunStep = z.infer<typeof RunStep>;

/** Why a run failed, safe to show. `code` is UPPER_SNAKE. */
export const RunError = z.object({
  code: z.string(),
  message: z.string(),
  stepId: z.string().optional(),
  recoverable: z.boolean(),
  /** What a client can do about it, where there is more to say than the message. */
  details: Json.optional(),
  timestamp: z.string(),
});
export type RunError = z.infer<typeof RunError>;

/**
 * A part that is away and that a run waits for: it tries again until `until`. `step_id` is set when one step waits. While
 * nobody does the work of a queue (`worker`), the run goes on whenever somebody does: there is no `until`. Times are RFC 3339
 * with milliseconds.
 */
export const Waiting = z.object({
  for: z.enum(['catalogue', 'model', 'seller', 'worker']),
  since: z.string(),
  until: z.string().optional(),
  attempt: z.int(),
  detail: z.string(),
  step_id: z.string().optional(),
});
export type Waiting = z.infer<typeof Waiting>;

/** Who asked first to cancel a run. The run may still end otherwise. */
export const CancelRequest = z.object({ by: z.string(), at: z.string(), reason: z.string().optional() });
export type CancelRequest = z.infer<typeof CancelRequest>;

/**
 * One call of a model for a run. Tokens are null while it is under way, and where the model did nothing. `told`: the provider
 * said what was used; else the most that it may have been counts. `cost_usd` is null where MODEL_PRICES has no price.
 */
export const ModelUse = z.object({
  provider: z.string(),
  model: z.string(),
  input_tokens: z.int().nullable(),
  output_tokens: z.int().nullable(),
  told: z.boolean(),
  cost_usd: z.string().nullable(),
  at: z.string(),
});
export type ModelUse = z.infer<typeof ModelUse>;

/** A run on the engine's own API (common.md, "Runs"). Times are RFC 3339 with milliseconds. */
export const Run = z.object({
  id: z.string(),
  family: z.string(),
  kind: z.string(),
  subject: z.string(),
  status: RunStatus,
  input: Json,
  output: Json,
  error: RunError.nullable(),
  cost: z.array(Amount),
  steps: z.array(RunStep),
  approval: z.lazy(() => ApprovalRecord).optional(),
  /** Set while something outside is away. */
  waiting: Waiting.optional(),
  /** Set while the run is paused. */
  pause: z.lazy(() => RunPause).optional(),
  /** Limits that the request's words set. The lower of these and what was given as fields counts. */
  limits: z.lazy(() => RunLimits).optional(),
  /** The last 50 calls of models for it, oldest first; absent without any. */
  model_use: z.array(ModelUse).optional(),
  deadlines: z.record(z.string(), z.string()),
  /** True once somebody asked to cancel it, however it ends. `cancel` says who, when and why. */
  cancel_requested: z.boolean(),
  cancel: CancelRequest.optional(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  last_seq: z.int(),
  temporal: z.object({ workflow_id: z.string(), run_id: z.string().nullable(), url: z.string().nullable() }),
});
export type Run = z.infer<typeof Run>;

/** Limits from the words of a request. `max_cost` is in whole units; `not_from` names services or sellers, as they were written. */
export const RunLimits = z.object({
  max_cost: Amount.optional(),
  max_time_ms: z.number().optional(),
  verified_only: z.literal(true).optional(),
  not_from: z.array(z.string()).optional(),
});
export type RunLimits = z.infer<typeof RunLimits>;

/**
 * What a paused run needs (architecture decision 8): from whom, how to give it, what lacks now, what was spent and what
 * the rest costs. `resumes_by_itself`: once what is missing is there, without another decision.
 */
export const PauseNeeds = z.object({
  who: z.enum(['user', 'operator', 'approver', 'admin']),
  how: z.string(),
  missing: Amount.optional(),
  spent: Amount,
  cost_to_finish: Amount,
  resumes_by_itself: z.boolean(),
});
export type PauseNeeds = z.infer<typeof PauseNeeds>;

/** Why a run is `paused`: which budget has no room, what it needs to go on, and when the budget renews (RFC 3339). */
export const RunPause = z.object({
  reason: z.literal('budget_exhausted'),
  step_id: z.string(),
  budget: z.object({ id: z.string(), name: z.string() }),
  message: z.string(),
  needs: PauseNeeds,
  renews_at: z.string().nullable(),
});
export type RunPause = z.infer<typeof RunPause>;

/** What someone is asked to approve, bound to what was planned (architecture decision 7). */
export const ApprovalRecord = z.object({
  kind: z.literal('approval'),
  id: z.string(),
  run_id: z.string(),
  status: z.enum(['pending', 'approved', 'rejected', 'expired', 'superseded']),
  reason: z.string(),
  plan_hash: z.string(),
  maximum: Amount.nullable(),
  payees: z.array(z.string()),
  /** What the planner made of the request's words; the plan's hash covers it. */
  understanding: Understanding.optional(),
  /** What an earlier run of the plan paid for steps that this one would pay again. */
  paid_again: z.array(Amount.extend({ step_id: z.string() })).optional(),
  /** What a paused run needs to go on, and who can give it. */
  needs: PauseNeeds.optional(),
  /** Why the plan hardly fits the times it has: what usually takes how long. It may be approved all the same. */
  conflict: z.string().optional(),
  expires_at: z.string().nullable(),
  requested_at: z.string(),
  decided_at: z.string().nullable(),
  decided_by: z.string().nullable(),
});
export type ApprovalRecord = z.infer<typeof ApprovalRecord>;
