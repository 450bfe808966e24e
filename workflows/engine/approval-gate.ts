import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { ApproveRequest } from '../../domain/messages.ts';
import { formatUnits } from '../../domain/money.ts';
import { stepGate } from '../../domain/plan/approval.ts';
import type {
  GateFacts,
  GateMessage,
  GateReply,
  GateState,
  Grant,
  Refusal,
} from '../../domain/plan/approval-state.ts';
import { announceGrant, type ApprovalAsk } from './approval-events.ts';
import type { Run } from './run.ts';

/** An approval that came before its plan. */
export interface KeptApproval {
  request: ApproveRequest;
  refusal?: ApplicationFailure;
}

/** A gate at work: its state is the reducer's, the rest is what a workflow needs around it. */
export interface Gate {
  readonly run: Run;
  readonly kept: KeptApproval[];
  state: GateState;
  ask: ApprovalAsk | undefined;
}

/** Hands a message to the reducer and moves the gate. */
export function tell(gate: Gate, message: GateMessage): GateReply {
  const { run } = gate;
  const facts: GateFacts = {
    status: run.status(),
    stopping: run.stop.reason() !== undefined,
    nowMs: Date.now(),
    approvalTtlMs: run.input.settings.approvalTtlMs,
    maxCost: gate.ask?.maxCost ?? run.input.settings.maxCost,
  };
  const [state, reply] = stepGate(gate.state, message, facts);
  gate.state = state;
  return reply;
}

/** Grants an approval, or throws why not. Undefined where there is no plan yet. */
export async function grant(gate: Gate, request: ApproveRequest, early?: true): Promise<Grant | undefined> {
  for (;;) {
    const reply = tell(gate, { kind: 'approve', request, ...(early && { early }) });
    if (reply.kind === 'granted') return reply.grant;
    if (reply.kind === 'refused') throw toFailure(reply.refusal);
    if (reply.kind === 'reserve') return reserveAndGrant(gate, request, reply.limits.maxTotalAmount);
    if (reply.kind !== 'wait') return undefined;
    await condition(() => !gate.state.granting); // the first of those who waited may grant again
  }
}

async function reserveAndGrant(gate: Gate, request: ApproveRequest, maxTotal: string): Promise<Grant> {
  const ask = gate.ask!;
  const refusal = await reserve(gate.run, ask, maxTotal).catch((error: unknown) => {
    tell(gate, { kind: 'reserved', request, refusal: BROKEN });
    throw error;
  });
  const reply = tell(gate, { kind: 'reserved', request, ...(refusal && { refusal }) });
  if (reply.kind === 'refused') throw toFailure(reply.refusal);
  if (reply.kind !== 'granted') throw toFailure(BROKEN);
  announceGrant(gate.run, ask.plan, reply.grant);
  return reply.grant;
}

/** Frees the gate for the next approval. Whoever asked gets the error itself. */
const BROKEN: Refusal = { code: 'invalid_state', message: 'The money could not be set aside.' };

async function reserve(
  run: Run,
  { plan, upTo }: ApprovalAsk,
  maxTotal: string,
): Promise<Refusal | undefined> {
  const wanted = upTo < BigInt(maxTotal) ? upTo : BigInt(maxTotal);
  if (wanted === 0n) return undefined;
  delete run.closing.moneyless;
  const { runId } = run.input;
  const money = { runId, revision: plan.revision, upTo: wanted.toString(), asset: plan.asset };
  const outcome = await run.journal.ride((ride) =>
    run.act.local.reserveForRun.executeWithOptions(
      { summary: `approval: set aside up to ${formatUnits(wanted, plan.decimals)} ${plan.asset}` },
      [{ ride, ...money }],
    ),
  );
  if (outcome.kind === 'reserved') return undefined;
  const available = formatUnits(outcome.available, plan.decimals);
  const required = formatUnits(outcome.required, plan.decimals);
  return {
    code: 'insufficient_escrow',
    message: `Insufficient escrow balance. Available: ${available}, Required: ${required}. Please top up.`,
    details: { available, required },
  };
}

export const toFailure = ({ code, message, details }: Refusal): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, code, ...(details === undefined ? [] : [details]));
