import type { RunStatus } from '../../../../schemas/core/run.ts';
import type { JsonObject } from '../../../../schemas/core/json.ts';
import type { WorkflowStatus } from '../../../../schemas/families/reasoning.ts';
import { isObject } from '../../../../domain/json.ts';

const STATUSES: { readonly [status in RunStatus]: WorkflowStatus } = {
  created: 'planning',
  planning: 'planning',
  awaiting_approval: 'awaiting_approval',
  awaiting_payment: 'awaiting_approval',
  awaiting_input: 'awaiting_input',
  paused: 'awaiting_approval', // reasoning.md: a durable pause
  running: 'executing',
  compensating: 'rolling_back',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The contract's word for a state of the engine. */
export const statusWord = (status: RunStatus): WorkflowStatus => STATUSES[status];

/** The contract's word for a run: `approved` once the plan it waits for was granted and until it runs. */
export function wireStatus({ status, view }: { status: RunStatus; view: JsonObject }): WorkflowStatus {
  return status === 'awaiting_approval' && isGranted(view) ? 'approved' : statusWord(status);
}

/** True when the plan that was last put before a person is the one that was approved. */
export function isGranted(view: JsonObject): boolean {
  const granted = grantedHash(view);
  return granted !== undefined && granted === view['planHash'];
}

export function grantedHash(view: JsonObject): string | undefined {
  const { approval } = view;
  if (!isObject(approval)) return undefined;
  return typeof approval['planHash'] === 'string' ? approval['planHash'] : undefined;
}
