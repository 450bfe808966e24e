import { ApplicationFailure, condition } from '@temporalio/workflow';
import { NOTHING_ASKED } from '../../domain/plan/approval.ts';
import type { Decision, Grant } from '../../domain/plan/approval-state.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import {
  announceGrant,
  announceRequest,
  approvalId,
  toIgnored,
  type ApprovalAsk,
} from './approval-events.ts';
import { grant, tell, type Gate } from './approval-gate.ts';
import { handleDecisions } from './approval-messages.ts';
import type { Run } from './run.ts';

/** `resumed`: money came, nobody decided. */
export type ApprovalEnd =
  | { kind: 'approved'; grant: Grant; resumed: boolean }
  | { kind: 'rejected' | 'lapsed' | 'stopped' };

export interface ApprovalGate {
  /** Emits approval.requested and waits for a decision, the lapse or a stop. */
  request(ask: ApprovalAsk): Promise<ApprovalEnd>;
  /** The plan was granted before the workflow was reset: nobody is asked again. */
  restore(plan: Plan, grant: Grant): Promise<void>;
}

/** What may be decided when is in `domain/plan/approval.ts`; here a run waits for it. */
export function createApprovalGate(run: Run): ApprovalGate {
  const gate: Gate = { run, kept: [], state: NOTHING_ASKED, ask: undefined };
  handleDecisions(gate);
  return {
    request: (ask) => request(gate, ask),
    restore: (plan, before) => restore(gate, plan, before),
  };
}

async function request(gate: Gate, ask: ApprovalAsk): Promise<ApprovalEnd> {
  const { run } = gate;
  const { approvalTtlMs } = run.input.settings;
  const lapsesAtMs = Date.now() + approvalTtlMs;
  gate.ask = ask;
  tell(gate, { kind: 'asked', plan: ask.plan, ...(ask.reason === 'partial' && { partial: true }) });
  announceRequest(run, ask, lapsesAtMs);
  await applyKept(gate, ask);
  await run.journal.flush();
  if (!isOver(gate) && ask.resume !== undefined) await untilFunded(gate, ask, ask.resume, lapsesAtMs);
  if (!isOver(gate) && ask.resume === undefined)
    await condition(() => isOver(gate) && !gate.state.granting, approvalTtlMs, {
      summary: `approval of ${ask.plan.planHash.slice(0, 12)}`,
    });
  await condition(() => !gate.state.granting); // money that is being reserved must not outlast the run
  if (!isOver(gate)) tell(gate, { kind: 'lapse' });
  closeApproval(gate, ask);
  return endOf(gate.state.decision);
}

async function restore(gate: Gate, plan: Plan, before: Grant): Promise<void> {
  const { run } = gate;
  tell(gate, { kind: 'restored', plan, grant: before });
  delete run.closing.moneyless;
  const { planHash } = plan;
  run.move('running', 'run.running', `run.running:${planHash}`, { planHash });
  run.describe([`**Running** again, approved by ${before.by}`], { waitingFor: null });
  await applyKept(gate, { plan });
}

const isOver = ({ state, run }: Gate): boolean =>
  state.decision !== undefined || run.stop.reason() !== undefined;

/** Approvals that came before the plan are bound to it now, or their senders hear why not. */
async function applyKept(gate: Gate, { plan }: Pick<ApprovalAsk, 'plan'>): Promise<void> {
  for (const kept of gate.kept.splice(0))
    try {
      await grant(gate, kept.request, true);
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      kept.refusal = error;
      gate.run.ignored.tell(toIgnored(plan.planHash, error));
    }
}

const RAREST_LOOK = 30; // times the interval between two looks

/** Looks for the money ever more rarely, until it is there, somebody decides, or the time is over. */
async function untilFunded(
  gate: Gate,
  { plan }: ApprovalAsk,
  resume: NonNullable<ApprovalAsk['resume']>,
  lapsesAtMs: number,
): Promise<void> {
  const { run } = gate;
  const everyMs = run.input.settings.reconcileIntervalMs;
  const summary = `money, or approval of ${plan.planHash.slice(0, 12)}`;
  for (let waitMs = everyMs; !isOver(gate); waitMs = Math.min(2 * waitMs, RAREST_LOOK * everyMs)) {
    const leftMs = lapsesAtMs - Date.now();
    if (leftMs <= 0) return;
    await condition(() => isOver(gate) && !gate.state.granting, Math.min(waitMs, leftMs), { summary });
    if (isOver(gate) || gate.state.granting || Date.now() >= resume.grant.expiresAtMs) continue;
    if (!(await resume.funded())) continue;
    const reply = tell(gate, { kind: 'funded', grant: resume.grant });
    if (reply.kind === 'granted') announceGrant(run, plan, reply.grant);
  }
}

/** The inbox shows who said no, or that nobody said anything; the run's terminal event carries it there. */
function closeApproval({ run, state: { decision } }: Gate, { plan }: ApprovalAsk): void {
  const id = approvalId(run, plan);
  if (decision?.kind === 'lapsed') run.closing.approval = { id, status: 'expired' };
  if (decision?.kind !== 'rejected') return;
  const { by, authority, reason } = decision;
  const data: JsonObject = {
    ...(authority && { authority }),
    ...(reason !== undefined && { decision_reason: reason }),
  };
  run.closing.approval = { id, status: 'rejected', by, ...(Object.keys(data).length > 0 && { data }) };
}

function endOf(decision: Decision | undefined): ApprovalEnd {
  if (decision?.kind === 'granted')
    return { kind: 'approved', grant: decision.grant, resumed: decision.resumed };
  return { kind: decision?.kind ?? 'stopped' };
}
