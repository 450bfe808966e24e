import type { RunStatus } from '../schemas/core/run.ts';

/** The one table of allowed moves (architecture.md, "One vocabulary inside"). */
const MOVES: { readonly [from in RunStatus]: readonly RunStatus[] } = {
  created: ['planning', 'running', 'awaiting_payment', 'awaiting_input', 'failed', 'cancelled'],
  planning: ['awaiting_approval', 'awaiting_payment', 'awaiting_input', 'running', 'failed', 'cancelled'],
  awaiting_approval: ['running', 'compensating', 'failed', 'cancelled'],
  awaiting_payment: ['running', 'compensating', 'failed', 'cancelled'],
  awaiting_input: [
    'planning',
    'running',
    'awaiting_approval',
    'paused',
    'compensating',
    'failed',
    'cancelled',
  ],
  paused: ['running', 'awaiting_approval', 'compensating', 'failed', 'cancelled'],
  running: [
    'awaiting_approval',
    'awaiting_payment',
    'awaiting_input',
    'paused',
    'compensating',
    'completed',
    'failed',
    'cancelled',
  ],
  compensating: ['failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

/** True when a run may go from one state to the other; staying is always allowed before the end. */
export function mayMove(from: RunStatus, to: RunStatus): boolean {
  return (from === to && !isTerminal(from)) || MOVES[from].includes(to);
}

/** True for states that nothing leaves. */
export function isTerminal(status: RunStatus): boolean {
  return MOVES[status].length === 0;
}
