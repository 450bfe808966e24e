import { z } from 'zod';
import { Json, JsonObject } from '../../core/json.ts';
import { PaymentStatus } from '../../core/payment.ts';
import { StepStatus } from '../../core/run.ts';
import { Understanding } from '../../core/understanding.ts';
import { MoneyOut, PlanHash } from './primitives.ts';

/** How a call is repeated: delays in ms. */
export const RetryPolicy = z.object({
  maxAttempts: z.int().min(1).max(10),
  backoffMultiplier: z.number().min(1).max(10),
  initialDelayMs: z.int().min(100).max(10_000),
  maxDelayMs: z.int().min(1000).max(60_000),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** Where params come from: `outputKey` or `outputKey.a.b[0]` of an earlier step. */
export const InputMapping = z
  .record(z.string(), z.string())
  .meta({ description: 'Params taken from outputs of earlier steps', example: { series: 'history.series' } });

/** One step of a plan. `estimatedTime` is ms; `maxPrice` bounds what its call may cost. */
export const Step = z.object({
  id: z.string(),
  type: z.enum(['service_call', 'data_transform', 'conditional']),
  serviceId: z.string().optional(),
  serviceName: z.string(),
  serviceUrl: z.string().optional(),
  method: z.string().optional(),
  action: z.string(),
  params: JsonObject,
  inputMapping: InputMapping.optional(),
  outputKey: z.string(),
  dependencies: z.array(z.string()),
  parallelizable: z.boolean(),
  estimatedCost: MoneyOut,
  estimatedTime: z.number(),
  maxPrice: MoneyOut,
  pay: z.object({ scheme: z.string(), network: z.string(), asset: z.string(), payTo: z.string() }).optional(),
  compensation: z
    .object({
      url: z.string(),
      method: z.string(),
      params: JsonObject,
      inputMapping: InputMapping.optional(),
    })
    .optional(),
  retryPolicy: RetryPolicy,
});
export type Step = z.infer<typeof Step>;

/** What an approval allows to be spent. */
export const Limits = z.object({
  maxTotalAmount: MoneyOut,
  maxPerTransaction: MoneyOut.optional(),
  allowedRecipients: z.array(z.string()).optional(),
});
export type Limits = z.infer<typeof Limits>;

/** A priced plan. `parallelGroups` and `criticalPath` name steps; `limits` are what the hash covers, `understanding` as well. */
export const Plan = z.object({
  steps: z.array(Step),
  dag: z.record(z.string(), z.array(z.string())),
  criticalPath: z.array(z.string()),
  parallelGroups: z.array(z.array(z.string())),
  totalEstimatedCost: MoneyOut,
  totalEstimatedTime: z.number(),
  asset: z.string(),
  revision: z.int().min(1),
  planHash: PlanHash,
  limits: Limits,
  understanding: Understanding.optional(),
});
export type Plan = z.infer<typeof Plan>;

/** How one step went. `time` is ms. */
export const StepResult = z.object({
  stepId: z.string(),
  status: StepStatus,
  success: z.boolean(),
  output: Json.optional(),
  cost: MoneyOut,
  time: z.number(),
  attempts: z.int().min(0),
  error: z.string().optional(),
  code: z.string().optional(),
  paymentSignature: z.string().optional(),
  payment: z
    .object({
      intentId: z.string(),
      status: PaymentStatus,
      network: z.string(),
      amountMinor: z.string(),
      payTo: z.string(),
    })
    .optional(),
});
export type StepResult = z.infer<typeof StepResult>;
