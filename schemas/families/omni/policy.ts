import { z } from 'zod';
import { strict } from '../../core/strict.ts';
import { Id, Mnee, MneeIn, Time, When } from './primitives.ts';

export const Action = z.enum(['ALLOWED', 'REJECTED', 'DOWNGRADED']);

/** One decision of the policy. */
export const PolicyLog = z.object({
  timestamp: Time,
  agent_id: Id,
  service_id: z.string(),
  action: Action,
  reason: z.string(),
  reason_code: z.string(),
  cost: Mnee,
  risk_level: z.string(),
  task_id: z.string(),
});
export type PolicyLog = z.infer<typeof PolicyLog>;

const quantity = z.int().min(1).max(1000);

/** `POST /policy/simulate`: what would be decided now, with nothing held. */
export const SimulateBody = strict({
  agent_id: Id,
  service_id: Id,
  quantity: quantity.default(1),
  overrides: strict({
    dailyBudget: MneeIn.optional(),
    maxPerCall: MneeIn.optional(),
    currentDailySpend: MneeIn.optional(),
    treasuryBalance: MneeIn.optional(),
  }).optional(),
}).meta({ example: { agent_id: 'batch-agent', service_id: 'BATCH_COMPUTE' } });

export const Simulation = z.object({
  action: Action,
  reason_code: z.string(),
  reason: z.string(),
  cost: Mnee,
  effective_service_id: z.string(),
  remaining_after: Mnee,
  trace: z.array(z.object({ rule: z.string(), hit: z.boolean() })),
});

export const Conflict = z.object({
  kind: z.string(),
  agent_id: z.string().nullable(),
  service_id: z.string().nullable(),
  detail: z.string(),
});

const AgentDraft = strict({
  id: Id,
  priority: z.enum(['HIGH', 'MEDIUM', 'NORMAL', 'LOW']).optional(),
  dailyBudget: MneeIn.optional(),
  maxPerCall: MneeIn.optional(),
  paused: z.boolean().optional(),
});
const ServiceDraft = strict({
  id: Id,
  unitPrice: MneeIn.optional(),
  active: z.boolean().optional(),
  maxDailySpending: MneeIn.nullable().optional(),
  allowedAgents: z.array(Id).max(1000).nullable().optional(),
  blockedAgents: z.array(Id).max(1000).optional(),
});

/** `POST /policy/replay`: a draft, and the recorded decisions that it is tried on. */
export const ReplayBody = strict({
  from: When.optional(),
  to: When.optional(),
  agents: z.array(AgentDraft).max(1000).default([]),
  services: z.array(ServiceDraft).max(1000).default([]),
  limit: z.int().min(1).max(1000).default(100),
  after: z.int().min(0).default(0).meta({ description: 'How many changes to leave out: the next page' }),
})
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) <= Date.parse(to), {
    path: ['from'],
    message: 'must not be after `to`',
  })
  .meta({ example: { agents: [{ id: 'batch-agent', dailyBudget: 10 }] } });
export type ReplayBody = z.infer<typeof ReplayBody>;

const Verdict = z.object({ action: Action, reason_code: z.string(), cost: Mnee });
const Sums = z.object({ recorded: Mnee, replayed: Mnee, difference: Mnee });

export const ReplayAnswer = z.object({
  from: Time.nullable(),
  to: Time.nullable(),
  decisions: z.int(),
  changed: z.int(),
  spent: Sums,
  byAgent: z.record(z.string(), Sums.extend({ changed: z.int() })),
  byService: z.record(z.string(), Sums.extend({ changed: z.int() })),
  changes: z.array(
    z.object({
      id: z.string(),
      timestamp: Time,
      agent_id: Id,
      service_id: Id,
      task_id: z.string(),
      recorded: Verdict,
      replayed: Verdict,
    }),
  ),
  next_after: z.int().nullable(),
});
export type ReplayAnswer = z.infer<typeof ReplayAnswer>;
