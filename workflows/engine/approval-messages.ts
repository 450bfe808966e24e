import { condition, setHandler, type ApplicationFailure } from '@temporalio/workflow';
import type {
  ApproveAnswer,
  ApproveRequest,
  DecisionAnswer,
  DecisionRequest,
} from '../../domain/messages.ts';
import {
  readApprove,
  readApproveSignal,
  readDecision,
  readDecisionSignal,
} from '../../domain/messages/guards.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import { ENDING } from '../../domain/plan/approval-refusals.ts';
import type { Grant } from '../../domain/plan/approval-state.ts';
import { toIgnored } from './approval-events.ts';
import { grant, tell, toFailure, type Gate, type KeptApproval } from './approval-gate.ts';
import { approveRun, approveSignal, rejectRun, rejectSignal } from './messages.ts';
import type { Run } from './run.ts';
import { mustRead, takeSignal } from './signals.ts';

/** Lets people decide: by updates, which answer, and by signals, whose refusals are events. */
export function handleDecisions(gate: Gate): void {
  const { run } = gate;
  const ignored = (failure: ApplicationFailure): JournalEvent =>
    toIgnored(gate.state.plan?.planHash ?? 'none', failure);
  setHandler(approveRun, (request) => approve(gate, request), {
    validator: (request) => void mustRead(readApprove, request),
  });
  takeSignal(run, approveSignal, {
    guard: readApproveSignal,
    take: async (request) => void (await approve(gate, { by: 'signal', updateId: 'signal', ...request })),
    ignored,
    description: 'Approve the plan: {"by", "planHash", "limits", "asset", "expiresAtMs"}, all optional.',
  });
  const rejecting = (request: DecisionRequest): DecisionAnswer => {
    reject(gate, request);
    const status = run.status() === 'awaiting_approval' ? 'cancelled' : run.status();
    return { status, events: run.journal.pending() };
  };
  setHandler(rejectRun, rejecting, { validator: (request) => void mustRead(readDecision, request) });
  takeSignal(run, rejectSignal, {
    guard: readDecisionSignal,
    take: (request) => reject(gate, { by: 'signal', ...request }),
    ignored,
    description: 'Reject the plan: {"by", "reason", "planHash"}, all optional.',
  });
}

async function approve(gate: Gate, request: ApproveRequest): Promise<ApproveAnswer> {
  const granted = await grant(gate, request);
  return granted === undefined ? keep(gate, request) : approved(gate.run, granted);
}

/** Before the plan exists: keeps the approval, waits a little, answers either way. */
async function keep(gate: Gate, request: ApproveRequest): Promise<ApproveAnswer> {
  const { run } = gate;
  const kept: KeptApproval = { request };
  gate.kept.push(kept);
  const isOver = (): boolean =>
    gate.state.decision !== undefined || kept.refusal !== undefined || run.stop.reason() !== undefined;
  await condition(isOver, run.input.settings.earlyApprovalWaitMs);
  if (kept.refusal !== undefined) throw kept.refusal;
  const { decision } = gate.state;
  if (decision?.kind === 'granted') return approved(run, decision.grant);
  if (run.stop.reason() !== undefined) throw toFailure(ENDING);
  return { kind: 'recorded', events: run.journal.pending() };
}

const approved = (run: Run, { planHash }: Grant): ApproveAnswer => ({
  kind: 'approved',
  planHash,
  events: run.journal.pending(),
});

function reject(gate: Gate, request: DecisionRequest): void {
  const reply = tell(gate, { kind: 'reject', request });
  if (reply.kind === 'refused') throw toFailure(reply.refusal);
}
