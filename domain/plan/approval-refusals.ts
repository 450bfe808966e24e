import type { ApproveRequest } from '../messages.ts';
import type { GateFacts, GateState, Refusal } from './approval-state.ts';
import type { Plan } from './plan.ts';
import type { Understanding } from './understanding/understanding.ts';

/** What is told to whoever approved a plan that will never come. */
export const ENDING: Refusal = {
  code: 'invalid_state',
  message: 'The run is ending; there will be nothing to approve.',
};

/**
 * An approval that came before its plan and names none must not approve a dearer one than its sender can have meant. Nor does it
 * approve less than was asked for, whatever it names: nobody had seen that.
 */
export function refuseUnbound(
  { plan, partial }: GateState,
  request: ApproveRequest,
  { maxCost }: GateFacts,
): Refusal | undefined {
  if (plan === undefined) return undefined;
  if (partial && request.acceptPartial !== true) return refusePart(plan);
  const maximum = request.limits?.maxTotalAmount ?? maxCost;
  if (request.planHash !== undefined || maximum === undefined) return undefined;
  if (BigInt(plan.totalEstimatedCost) <= BigInt(maximum)) return undefined;
  const message = 'The plan costs more than the approval that came before it allows.';
  return { code: 'invalid_state', message };
}

/** Why this approval cannot be granted now; undefined when it can. */
export function refuseClosed(
  { plan, decision, partial }: GateState,
  request: ApproveRequest,
  { status, stopping, nowMs }: GateFacts,
): Refusal | undefined {
  const other = refuseOther(plan, request.planHash);
  if (other !== undefined) return other;
  if (plan !== undefined && request.asset !== undefined && request.asset !== plan.asset) {
    const message = `The limits are meant in ${request.asset}, but the plan is priced in ${plan.asset}.`;
    return { code: 'invalid_state', message };
  }
  if (decision?.kind === 'lapsed')
    return { code: 'approval_expired', message: 'The time to approve this plan has passed.' };
  if (request.expiresAtMs !== undefined && request.expiresAtMs <= nowMs) {
    const message = 'The approval’s own end has passed: nothing could be paid under it. Name a later one.';
    return { code: 'approval_expired', message };
  }
  if (decision !== undefined || stopping)
    return { code: 'invalid_state', message: `The run is ${status}; there is nothing to approve.` };
  const isAware = request.acceptPartial ?? request.planHash !== undefined;
  return partial && plan !== undefined && !isAware ? refusePart(plan) : undefined;
}

/** What cannot be done is named; the plan's hash is the consent of somebody who has seen that. */
function refusePart({ understanding, planHash }: Plan): Refusal {
  const message = `${describeLack(understanding)} Look at the plan, then approve planHash ${planHash}, or accept a part (acceptPartial).`;
  return { code: 'partial_plan', message };
}

const LONGEST_SHOWN = 120; // characters of one part
const MOST_SHOWN = 5;

function describeLack(understanding: Understanding | undefined): string {
  const lacking = understanding?.parts.filter((part) => part.as === 'unavailable') ?? [];
  const shown = lacking.slice(0, MOST_SHOWN).map(({ text }) => `"${text.slice(0, LONGEST_SHOWN)}"`);
  const more = lacking.length > MOST_SHOWN ? ' and more' : '';
  return `The plan does only a part of what was asked. No service does ${shown.join(', ')}${more}.`;
}

/** A decision that names a plan is about that plan alone. */
export function refuseOther(plan: Plan | undefined, planHash: string | undefined): Refusal | undefined {
  if (plan === undefined || planHash === undefined || planHash === plan.planHash) return undefined;
  const message = `The plan has changed; decide on ${plan.planHash} after looking at it.`;
  return { code: 'plan_changed', message };
}
