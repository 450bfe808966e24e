import type { ApproveRequest, DecisionRequest } from '../messages.ts';
import { ENDING, refuseClosed, refuseOther, refuseUnbound } from './approval-refusals.ts';
import type {
  Decision,
  GateFacts,
  GateMessage,
  GateReply,
  GateState,
  Grant,
  Refusal,
} from './approval-state.ts';
import { approvedLimits } from './spending.ts';

/** A gate that nothing was put before yet. */
export const NOTHING_ASKED: GateState = { granting: false };

type Step = [state: GateState, reply: GateReply];

/**
 * The gate in front of a plan (architecture decision 7). One plan hash is granted at most once, and whoever repeats an approval
 * gets the same grant. An approval that comes before the plan is kept if it can be bound to it.
 */
export function stepGate(state: GateState, message: GateMessage, facts: GateFacts): Step {
  switch (message.kind) {
    case 'asked':
      return [
        { plan: message.plan, granting: false, ...(message.partial && { partial: message.partial }) },
        NOTED,
      ];
    case 'approve':
      return approve(state, message, facts);
    case 'reserved':
      return reserved({ ...state, granting: false }, message, facts);
    case 'reject':
      return reject(state, message.request, facts);
    case 'funded':
      return funded(state, message.grant, facts);
    case 'restored': {
      const { plan, grant } = message;
      const decision = { kind: 'granted', grant, resumed: false } as const;
      return [
        { plan, granting: false, decision },
        { kind: 'granted', grant },
      ];
    }
    case 'lapse':
      return state.decision === undefined
        ? [{ ...state, decision: { kind: 'lapsed' } }, NOTED]
        : [state, NOTED];
  }
}

const NOTED: GateReply = { kind: 'noted' };
const refused = (state: GateState, refusal: Refusal): Step => [state, { kind: 'refused', refusal }];

function approve(
  state: GateState,
  { request, early }: Extract<GateMessage, { kind: 'approve' }>,
  facts: GateFacts,
): Step {
  const { plan, decision, granting } = state;
  if (plan === undefined) return keep(state, request, facts);
  if (granting) return [state, { kind: 'wait' }];
  const unbound = early === true ? refuseUnbound(state, request, facts) : undefined;
  if (unbound !== undefined) return refused(state, unbound);
  if (decision?.kind === 'granted') return [state, { kind: 'granted', grant: decision.grant }];
  const refusal = refuseClosed(state, request, facts);
  if (refusal !== undefined) return refused(state, refusal);
  return [
    { ...state, granting: true },
    { kind: 'reserve', limits: approvedLimits(plan, request.limits) },
  ];
}

/** With nothing to hold it against, an early approval would approve anything. */
function keep(state: GateState, request: ApproveRequest, { maxCost, stopping }: GateFacts): Step {
  const maximum = request.limits?.maxTotalAmount ?? maxCost;
  if (request.planHash === undefined && maximum === undefined)
    return refused(state, {
      code: 'invalid_state',
      message: 'The plan is not ready and this approval names no limit; approve it when it is.',
    });
  return stopping ? refused(state, ENDING) : [state, { kind: 'keep' }];
}

/** The wait for the ledger may have outlasted the approval's own time, so everything is looked at again. */
function reserved(
  state: GateState,
  { request, refusal }: Extract<GateMessage, { kind: 'reserved' }>,
  facts: GateFacts,
): Step {
  const why = refusal ?? refuseClosed(state, request, facts);
  if (why !== undefined || state.plan === undefined) return refused(state, why ?? ENDING);
  const { by, authority, proof } = request;
  const grant: Grant = {
    planHash: state.plan.planHash,
    limits: approvedLimits(state.plan, request.limits),
    expiresAtMs: request.expiresAtMs ?? facts.nowMs + facts.approvalTtlMs,
    by,
    ...(authority && { authority }),
    ...(proof && { proof }),
  };
  return [
    { ...state, decision: { kind: 'granted', grant, resumed: false } },
    { kind: 'granted', grant },
  ];
}

function reject(state: GateState, request: DecisionRequest, { status }: GateFacts): Step {
  const other = refuseOther(state.plan, request.planHash);
  if (other !== undefined) return refused(state, other);
  if (state.plan === undefined || state.decision !== undefined)
    return refused(state, { code: 'invalid_state', message: `The run is ${status}.` });
  const { by, authority, reason } = request;
  const decision: Decision = {
    kind: 'rejected',
    by,
    ...(authority && { authority }),
    ...(reason !== undefined && { reason }),
  };
  return [{ ...state, decision }, NOTED];
}

/** Only money lacked and it is there: the run goes on under what was granted before, as long as that lasts. */
function funded(state: GateState, before: Grant, { nowMs, stopping }: GateFacts): Step {
  const { plan, decision, granting } = state;
  const isOpen = plan !== undefined && decision === undefined && !granting && !stopping;
  if (!isOpen || nowMs >= before.expiresAtMs) return [state, NOTED];
  const { limits, expiresAtMs, by, authority } = before;
  const grant: Grant = {
    planHash: plan.planHash,
    limits,
    expiresAtMs,
    by: by.endsWith(RESUMED) ? by : by + RESUMED,
    ...(authority && { authority }),
  };
  return [
    { ...state, decision: { kind: 'granted', grant, resumed: true } },
    { kind: 'granted', grant },
  ];
}

const RESUMED = ', resumed by a top-up';
