import type { PauseReason } from './spending.ts';

/** What a paused run says about its money. Amounts are minor units of the plan's asset. */
export interface PauseFacts {
  reason: PauseReason;
  /** Spent or about to be. */
  committed: bigint;
  /** What the whole run would have spent once the rest is done. */
  upTo: bigint;
  /** What was approved so far. */
  maxTotal: bigint;
  /** What lacks for the next payments, and in whose account, where a balance is short. */
  short?: { amount: bigint; of: 'user' | 'operator' };
  /** What lacks in a budget that is in the way. */
  room?: bigint;
}

/** What is needed to go on and who can give it (architecture decision 8). */
export interface PauseNeeds {
  who: 'user' | 'operator' | 'approver' | 'admin';
  how: string;
  /** What lacks now; undefined where only a decision does. */
  missing?: bigint;
  spent: bigint;
  costToFinish: bigint;
  /** True when the run goes on without another decision once `missing` is there. */
  resumesByItself: boolean;
}

export function needsOf({ reason, committed, upTo, maxTotal, short, room }: PauseFacts): PauseNeeds {
  const money = { spent: committed, costToFinish: upTo - committed };
  if (room !== undefined) return { ...money, ...HOW.budget_exhausted, missing: room, resumesByItself: true };
  if (reason === 'low_balance' && short !== undefined)
    return { ...money, ...HOW[short.of], missing: short.amount, resumesByItself: true };
  const missing = upTo - maxTotal;
  return {
    ...money,
    ...HOW[reason],
    ...(reason === 'cost_overrun' && missing > 0n ? { missing } : {}),
    resumesByItself: false,
  };
}

const HOW = {
  user: {
    who: 'user',
    how: 'Deposit what is missing into the escrow: the run goes on by itself under the approval it has. Or decline, and it is undone.',
  },
  operator: {
    who: 'operator',
    how: 'The operator’s wallet on that chain is short: fund it, and the run goes on by itself. Or decline, and it is undone.',
  },
  low_balance: { who: 'user', how: 'Deposit what is missing, then approve again.' },
  cost_overrun: {
    who: 'approver',
    how: 'The rest costs more than was approved: approve the plan with its higher maximum, or decline, and it is undone.',
  },
  price_changed: {
    who: 'approver',
    how: 'A service asks another price or payee than was approved: look at the plan and approve it, or decline, and it is undone.',
  },
  approve_above: {
    who: 'approver',
    how: 'A budget lets a payment of this size through only when a person agrees: look at the plan and approve it, or decline, and it is undone.',
  },
  budget_exhausted: {
    who: 'admin',
    how: 'Raise or reset the budget, or wait until it renews: the run goes on by itself. Or cancel it, and it is undone.',
  },
  approval_expired: {
    who: 'approver',
    how: 'The approval expired before everything was paid: approve the rest, or decline, and it is undone.',
  },
} as const;
