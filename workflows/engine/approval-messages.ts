import { condition, setHandler } from '@temporalio/workflow';
import type { ApproveAnswer, ApproveRequest, DecisionRequest } from '../../domain/messages.ts';
import { ENDING, refuseMalformed } from '../../domain/plan/approval-refusals.ts';
import type { Grant } from '../../domain/plan/approval-state.ts';
import { announceIgnored } from './approval-events.ts';
import { grant, tell, toFailure, type Gate, type KeptApproval } from './approval-gate.ts';
import { approveRun, approveSignal, rejectRun, rejectSignal } from './messages.ts';
import type { Run } from './run.ts';

/** Lets people decide: by updates, which answer, and by signals, whose refusals are events. */
export function handleDecisions(gate: Gate): void {
  const { run } = gate;
  setHandler(approveRun, (request) => approve(gate, request), { validator: throwMalformed });
  setHandler(approveSignal, (partial) =>
    orIgnored(gate, async () => {
      const request = { by: 'signal', updateId: 'signal', ...partial };
      throwMalformed(request);
      await approve(gate, request);
    }),
  );
  setHandler(rejectRun, (request) => {
    reject(gate, request);
    const status = run.status() === 'awaiting_approval' ? 'cancelled' : run.status();
    return { status, events: run.journal.pending() };
  });
  setHandler(rejectSignal, (partial) => {
    const isOpen = gate.state.plan !== undefined && gate.state.decision === undefined;
    return isOpen ? orIgnored(gate, async () => reject(gate, { by: 'signal', ...partial })) : undefined;
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

function throwMalformed(request: ApproveRequest): void {
  const refusal = refuseMalformed(request);
  if (refusal !== undefined) throw toFailure(refusal);
}

/** A signal has no caller who could be told. */
async function orIgnored(gate: Gate, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    announceIgnored(gate.run, gate.state.plan?.planHash ?? 'none', error);
    await gate.run.journal.flush(); // nothing else may be due for a long time
  }
}
