import { z } from 'zod';
import { JsonObject } from '../../core/json.ts';

/** A service as `GET /services` shows it (reasoning.md). `averageResponseTime` is ms, `reputationScore` 0 to 10000. */
export const Service = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  url: z.string(),
  category: z.string(),
  pricePerCall: z.number(),
  currency: z.string(),
  capabilities: z.array(z.string()),
  reputationScore: z.number(),
  uptimePercentage: z.number(),
  averageResponseTime: z.number(),
  totalCalls: z.number(),
  owner: z.string(),
  verified: z.boolean(),
  inputSchema: JsonObject.optional(),
  outputSchema: JsonObject.optional(),
});
export type Service = z.infer<typeof Service>;

/** Query of `GET /services`. */
export const ServicesQuery = z.object({ category: z.string().min(1).max(128).optional() });
export type ServicesQuery = z.infer<typeof ServicesQuery>;

/** 200 of `GET /services`; other families add their fields to each service. */
export const ServicesAnswer = z.object({
  success: z.literal(true),
  services: z.array(Service.loose()),
  /** Says that there are more services than were read, and how many. */
  notice: z.string().optional(),
});
export type ServicesAnswer = z.infer<typeof ServicesAnswer>;

const Check = z.string().meta({ description: 'ok, degraded or down, with what is known', example: 'ok' });

/** This family's part of `GET /health`; rates are of the last 24 hours, null when nothing ran. */
export const HealthPart = z.object({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  timestamp: z.string(),
  version: z.string(),
  uptime: z.number(),
  checks: z.object({ database: Check, temporal: Check, chain: Check, facilitator: Check, planner: Check }),
  metrics: z.object({
    workflowSuccessRate: z.number().nullable(),
    averageExecutionTime: z.number().nullable(),
    totalCostProcessed: z.record(z.string(), z.number()),
    activeWorkflows: z.int(),
    queueDepth: z.int(),
    errorRates: z.record(z.string(), z.number().nullable()),
    paymentsUnknown: z.int(),
  }),
});
export type HealthPart = z.infer<typeof HealthPart>;
