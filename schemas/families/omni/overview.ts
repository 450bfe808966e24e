import { z } from 'zod';
import { strict } from '../../core/strict.ts';
import { Words } from '../../core/words.ts';
import { Mode, Treasury } from './money.ts';
import { Id, Mnee, Time } from './primitives.ts';

/** `GET /stats`: successful counts what is paid and what is mock. */
export const Stats = z.object({
  transactions: z.object({ total: z.int(), successful: z.int(), failed: z.int(), mock: z.int() }),
  policyActions: z.object({ ALLOWED: z.int(), REJECTED: z.int(), DOWNGRADED: z.int() }),
  totalAllocatedBudget: Mnee,
  totalSpent: Mnee,
  serviceCount: z.int(),
  agentCount: z.int(),
  mode: Mode,
});
export type Stats = z.infer<typeof Stats>;

export const TrendPoint = z.object({
  start: Time,
  spent: Mnee,
  transactions: z.int(),
  allowed: z.int(),
  rejected: z.int(),
  downgraded: z.int(),
  byAgent: z.record(z.string(), Mnee),
  byService: z.record(z.string(), Mnee),
});
export type TrendPoint = z.infer<typeof TrendPoint>;

export const Alert = z.object({
  id: z.string(),
  agent_id: Id,
  threshold: z.number(),
  spent: Mnee,
  budget: Mnee,
  timestamp: Time,
  acknowledged: z.boolean(),
});
export type Alert = z.infer<typeof Alert>;

export const ServiceHealth = z.object({
  id: Id,
  status: z.enum(['healthy', 'unhealthy', 'unknown']),
  latency_ms: z.int().nullable(),
  checked_at: Time.nullable(),
  failures: z.int(),
});

export const PauseBody = strict({ reason: Words(1000).optional() }).optional();
export const PauseAnswer = z.object({
  message: z.string(),
  agent: z.object({ id: Id, paused: z.boolean(), pausedAt: Time.nullable(), reason: z.string().nullable() }),
});

export const Overview = z.object({
  treasury: Treasury,
  stats: Stats,
  paused: z.array(Id),
  halted: z.boolean(),
  alerts: z.int(),
  queued: z.int(),
});

export const ReloadAnswer = z.object({
  flows: z.int(),
  agents: z.int(),
  services: z.int(),
  /** What was changed over the API and therefore stays, beside what the file says. */
  kept: z.array(z.object({ agent_id: Id, field: z.string(), value: z.string(), file: z.string() })),
});

export const HaltBody = strict({ reason: Words(1000).optional() }).optional();
export const HaltAnswer = z.object({ halted: z.boolean() });

/** One event of `/omni/events` and `/omni/ws`; `id` resumes after it. */
export const OmniEvent = z.object({
  id: z.string(),
  type: z.enum(['transaction', 'policy', 'alert', 'agent', 'service']),
  ts: Time,
  data: z.looseObject({}),
});
export type OmniEvent = z.infer<typeof OmniEvent>;
