import { z } from 'zod';
import { Json } from '../../core/json.ts';
import { MipInputSchema } from './fields.ts';

/** Path of every route of a flow. What no key can be is an unknown one. */
export const FlowParams = z.object({ flow_key: z.string() });

/** `GET /mip003/availability` and `/mip003/{flow_key}/availability` (masumi.md 1.2). */
export const Availability = z.object({
  status: z.enum(['available', 'unavailable']),
  type: z.literal('masumi-agent'),
  message: z.string(),
});
export type Availability = z.infer<typeof Availability>;

/** `GET /mip003/{flow_key}/demo`. */
export const Demo = z.object({
  input: z.record(z.string(), Json),
  output: z.object({ result: z.string() }),
});

const documented = (schema: object) => z.unknown().meta({ override: schema });

/**
 * Body of `start_job`. Judged by its handler, whose refusals have the contract's own codes; this only documents it.
 * Other spellings: `identifierFromPurchaser`; `inputData`, `input`.
 */
export const StartJobBody = documented({
  type: 'object',
  properties: {
    identifier_from_purchaser: {
      type: 'string',
      minLength: 1,
      maxLength: 250,
      description: 'Required, except of free agents: there one is made up',
    },
    input_data: { type: 'object', additionalProperties: true },
  },
  example: { identifier_from_purchaser: 'a1b2c3d4e5f60718293a', input_data: { topic: 'autumn' } },
});

/** Body of `provide_input`; as StartJobBody. Other spellings: `jobId`, `statusId`, `inputData`. */
export const ProvideInputBody = documented({
  type: 'object',
  required: ['job_id', 'input_data'],
  properties: {
    job_id: { type: 'string' },
    status_id: { type: 'string', description: 'The id of the status that asks; by default the open one' },
    input_schema_hash: {
      type: 'string',
      description:
        'Instead of status_id: a hash of the form, made in any way. A repeated request answers no later form',
    },
    input_data: { type: 'object', additionalProperties: true },
  },
});

/** Unix milliseconds, as the payment service has them: purchasers pass them on as they are. */
const UnixMs = z.int();

/** Smallest units: a number, or a string above 2^53 - 1. `unit` is "lovelace" or policy id and asset name. */
export const JobAmount = z.object({ amount: z.union([z.int(), z.string()]), unit: z.string() });
export type JobAmount = z.infer<typeof JobAmount>;

/** What a purchaser needs to pay. */
export const PaymentTerms = z.object({
  blockchainIdentifier: z.string().max(8000),
  payByTime: UnixMs,
  submitResultTime: UnixMs,
  unlockTime: UnixMs,
  externalDisputeUnlockTime: UnixMs,
  agentIdentifier: z.string().nullable(),
  sellerVKey: z.string().nullable(),
  identifierFromPurchaser: z.string(),
  purchaserNonce: z.string(),
  amounts: z.array(JobAmount),
  input_hash: z.string(),
  inputHash: z.string(),
  paymentSourceType: z
    .string()
    .optional()
    .meta({ description: 'Web3CardanoV2 only: which kind of contract is paid' }),
  supportedPaymentSourceIndex: z.int().optional().meta({
    description: 'Web3CardanoV2 only: which of the agent’s payment sources; part of what the seller signed',
  }),
});
export type PaymentTerms = z.infer<typeof PaymentTerms>;

/** Answer of `start_job`. */
export const StartedJob = PaymentTerms.extend({
  status: z.literal('success'),
  id: z.string(),
  job_id: z.string(),
});
export type StartedJob = z.infer<typeof StartedJob>;

/** States of a job as MIP-003 names them (masumi.md section 2). */
export const JobStatus = z.enum([
  'pending',
  'awaiting_payment',
  'awaiting_input',
  'running',
  'completed',
  'failed',
]);
export type JobStatus = z.infer<typeof JobStatus>;

/** Query of `status`; one of the two is needed, which the handler judges. */
export const StatusQuery = z.object({ job_id: z.string().optional(), jobId: z.string().optional() });

/** Answer of `status`. `id` names the status: in `awaiting_input` it is the id of the question. */
export const JobStatusAnswer = z.object({
  id: z.string(),
  job_id: z.string(),
  status: JobStatus,
  message: z.string().optional(),
  result: z.string().optional(),
  input_schema: MipInputSchema.optional(),
  input_deadline: UnixMs.optional(),
  error_code: z.string().optional(),
});
export type JobStatusAnswer = z.infer<typeof JobStatusAnswer>;

/** Answer of `provide_input`. Signature and key are hex, empty where no MASUMI_SIGNING_KEY is set. */
export const InputProvided = z.object({
  status: z.literal('success'),
  input_hash: z.string(),
  signature: z.string(),
  verification_key: z.string(),
});
export type InputProvided = z.infer<typeof InputProvided>;
