import { z } from 'zod';
import { strict } from '../../core/strict.ts';
import { Id, Mnee, MneeIn, Time } from './primitives.ts';

export const Mode = z.enum(['live', 'mock']).meta({ description: 'mock: counted, and nothing moves' });

/** An agent's day; numbers come from its budget. */
export const AgentMoney = z.object({
  id: Id,
  priority: z.string(),
  dailyBudget: Mnee,
  maxPerCall: Mnee,
  currentDailySpend: Mnee,
  remainingBudget: Mnee,
});
export type AgentMoney = z.infer<typeof AgentMoney>;

/** `GET /treasury`. `treasuryBalance` is null where no node has told it for 30 s. */
export const Treasury = z.object({
  agents: z.record(z.string(), AgentMoney),
  totalAllocated: Mnee,
  totalSpent: Mnee,
  treasuryBalance: Mnee.nullable(),
  ledgerBalance: Mnee,
  chainBalance: Mnee.nullable(),
  /** What the chain has more than the ledger and what is on its way; null where the chain is not known. */
  drift: Mnee.nullable(),
  reserved: Mnee,
  lowBalance: Mnee,
  mode: Mode,
  tokenAddress: z.string().nullable(),
  treasuryAddress: z.string().nullable(),
});
export type Treasury = z.infer<typeof Treasury>;

/** A payment for a call. `PENDING`: its outcome is not known yet. */
export const Transaction = z.object({
  timestamp: Time,
  agent_id: Id,
  service_id: Id,
  task_id: z.string(),
  amount: Mnee,
  tx_hash: z.string().nullable(),
  status: z.enum(['SUCCESS', 'FAILED', 'MOCK', 'PENDING']),
  service_call_hash: z.string(),
  payment_id: z.string(),
});
export type Transaction = z.infer<typeof Transaction>;

/** `PUT /agents/{id}/budget`: at least one; what is absent stays. */
export const BudgetBody = strict({
  daily_budget: MneeIn.optional(),
  max_per_call: MneeIn.optional(),
  rollover_enabled: z.boolean().optional(),
  rollover_cap: MneeIn.nullable().optional(),
})
  .refine(
    (body) => Object.values(body).some((value) => value !== undefined),
    'name at least one field to change',
  )
  .meta({ example: { daily_budget: 120.5 } });
export type BudgetBody = z.infer<typeof BudgetBody>;

export const BudgetAnswer = z.object({
  message: z.string(),
  agent: z.object({ id: Id, dailyBudget: Mnee, maxPerCall: Mnee }),
});

/** What became of a payment on its chain, each part looked up there. */
export const TransactionReceipt = z.object({
  task_id: z.string(),
  tx_hash: z.string().nullable(),
  status: z.enum(['CONFIRMED', 'PENDING', 'REVERTED', 'NOT_FOUND', 'MOCK']),
  verified: z.boolean(),
  blockNumber: z.int().nullable(),
  confirmations: z.int().nullable(),
  checks: z.object({
    router: z.boolean(),
    payer: z.boolean(),
    provider: z.boolean(),
    serviceId: z.boolean(),
    amount: z.boolean(),
    serviceCallHash: z.boolean(),
  }),
  detail: z.string().optional(),
});
export type TransactionReceipt = z.infer<typeof TransactionReceipt>;
