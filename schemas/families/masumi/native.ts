import { z } from 'zod';
import { Json } from '../../core/json.ts';
import { JobStatus, PaymentTerms } from './mip003.ts';

/** Body of `POST /{flow_key}/runs`. Judged by its handler, whose refusals have the contract's own codes. */
export const CreateRunBody = z.unknown().meta({
  override: {
    type: 'object',
    required: ['inputs'],
    properties: {
      inputs: { type: 'object', additionalProperties: true },
      payment_amount: { type: 'number', description: 'ADA; for agents whose price is not fixed' },
      identifier_from_purchaser: { type: 'string', minLength: 1, maxLength: 250 },
    },
    example: { inputs: { topic: 'autumn' }, payment_amount: 10 },
  },
});

/** Answer of `POST /{flow_key}/runs` (masumi.md 1.1). */
export const CreatedRun = z.object({
  id: z.string(),
  run_id: z.string(),
  status: JobStatus,
  payment_id: z.string().nullable(),
  payment: PaymentTerms.nullable(),
  created_at: z.string(),
});
export type CreatedRun = z.infer<typeof CreatedRun>;

/** What Kodosumi's run made: its text, the class it came as, and the whole of it. */
export const FlowRunResult = z.object({ output: z.string(), kind: z.string().nullable(), final: Json });

/** An event of Kodosumi's run. Results and inputs are not among them. */
export const FlowRunEvent = z.object({
  id: z.string(),
  event: z.string(),
  timestamp: z.number().nullable().meta({ description: 'Unix milliseconds' }),
  data: z.string(),
});
export type FlowRunEvent = z.infer<typeof FlowRunEvent>;

export const RunParams = z.object({ flow_key: z.string(), id: z.string().min(1).max(200) });

/** Answer of `GET /{flow_key}/runs/{run_id}`. */
export const FlowRun = z.object({
  id: z.string(),
  run_id: z.string(),
  flow_key: z.string(),
  status: JobStatus,
  result: FlowRunResult.nullable(),
  events: z.array(FlowRunEvent),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  payment_id: z.string().nullable(),
  payment: PaymentTerms.extend({
    on_chain_state: z.string().nullable(),
    next_action: z.string().nullable(),
    refund: z.enum(['none', 'pending', 'authorized', 'refunded']),
  }).nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
});
export type FlowRun = z.infer<typeof FlowRun>;
