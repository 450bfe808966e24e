import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { ApproveAnswer, ApproveRequest, RefusalCode } from '../../domain/messages.ts';
import type { Plan } from '../../domain/plan.ts';
import { approvedLimits, payees } from '../../domain/spending.ts';
import { formatUnits } from '../../domain/money.ts';
import type { Grant } from './budget.ts';
import { approveRun, approveSignal, rejectRun, rejectSignal } from './messages.ts';
import type { Run } from './run.ts';

/** What is put before a person: this plan, for this reason, drawing `upTo` minor units in total. */
export interface ApprovalAsk {
  plan: Plan;
  reason: string;
  upTo: bigint;
}

export type ApprovalEnd = { kind: 'approved'; grant: Grant } | { kind: 'rejected' | 'lapsed' | 'stopped' };

export interface ApprovalGate {
  /** Emits approval.requested and waits for a decision, the lapse or a stop. */
  request(ask: ApprovalAsk): Promise<ApprovalEnd>;
}

type Decision = { kind: 'granted'; grant: Grant } | { kind: 'rejected' | 'lapsed' };

/**
 * Approvals are bound to what was approved (architecture decision 7). One plan hash is granted at most once: whoever
 * repeats it gets the same answer. An approval that comes before the plan is kept if it can be bound to it.
 */
export function createApprovalGate(run: Run): ApprovalGate {
  const { settings } = run.input;
  let ask: ApprovalAsk | undefined;
  let decision: Decision | undefined;
  let lapsesAtMs = 0;
  let early: { request: ApproveRequest; refusal?: ApplicationFailure } | undefined;
  let granting = false;

  const grant = async (request: ApproveRequest): Promise<Grant> => {
    await condition(() => !granting);
    if (decision?.kind === 'granted') return decision.grant;
    const asked = checkOpen(request);
    granting = true;
    try {
      const limits = approvedLimits(asked.plan, request.limits);
      await reserve(run, asked, limits.maxTotalAmount);
      checkOpen(request); // the wait for the ledger may have outlasted the approval's own time
      const expiresAtMs = request.expiresAtMs ?? Date.now() + settings.approvalTtlMs;
      const granted = { planHash: asked.plan.planHash, limits, expiresAtMs, by: request.by };
      decision = { kind: 'granted', grant: granted };
      announceGrant(run, asked.plan, granted);
      return granted;
    } finally {
      granting = false;
    }
  };

  const checkOpen = (request: ApproveRequest): ApprovalAsk => {
    if (request.planHash !== undefined && ask !== undefined && request.planHash !== ask.plan.planHash)
      throw refusal(
        'plan_changed',
        `The plan has changed; approve ${ask.plan.planHash} after looking at it.`,
      );
    if (request.asset !== undefined && ask !== undefined && request.asset !== ask.plan.asset)
      throw refusal(
        'invalid_state',
        `The limits are meant in ${request.asset}, but the plan is priced in ${ask.plan.asset}.`,
      );
    if (decision?.kind === 'lapsed')
      throw refusal('approval_expired', 'The time to approve this plan has passed.');
    if (ask === undefined || decision !== undefined || run.stop.reason() !== undefined)
      throw refusal('invalid_state', `The run is ${run.status()}; there is nothing to approve.`);
    return ask;
  };

  /** Before the plan exists: keep the approval, wait a little, answer either way. */
  const keep = async (request: ApproveRequest): Promise<ApproveAnswer> => {
    if (!canBind(request, settings.maxCost))
      throw refusal(
        'invalid_state',
        'The plan is not ready and this approval names no limit; approve it when it is.',
      );
    const kept: { request: ApproveRequest; refusal?: ApplicationFailure } = { request };
    early = kept;
    await condition(
      () => decision !== undefined || kept.refusal !== undefined || run.stop.reason() !== undefined,
      settings.earlyApprovalWaitMs,
    );
    if (kept.refusal !== undefined) throw kept.refusal;
    return decision?.kind === 'granted'
      ? approved(decision.grant)
      : { kind: 'recorded', events: run.journal.pending() };
  };

  const approved = ({ planHash }: Grant): ApproveAnswer => ({
    kind: 'approved',
    planHash,
    events: run.journal.pending(),
  });

  const reject = (): void => {
    if (ask === undefined || decision !== undefined)
      throw refusal('invalid_state', `The run is ${run.status()}.`);
    decision = { kind: 'rejected' };
  };
  const current = (): Decision | undefined => decision; // handlers change it while others wait

  setHandler(approveRun, async (request) =>
    run.status() === 'planning' || run.status() === 'created'
      ? keep(request)
      : approved(await grant(request)),
  );
  setHandler(approveSignal, async (partial) => {
    const request = { by: 'signal', updateId: 'signal', ...partial };
    try {
      await (run.status() === 'planning' ? keep(request) : grant(request));
    } catch (error) {
      ignored(run, ask?.plan.planHash ?? 'none', error);
    }
  });
  setHandler(rejectRun, () => {
    reject();
    return {
      status: run.status() === 'awaiting_approval' ? ('cancelled' as const) : run.status(),
      events: run.journal.pending(),
    };
  });
  setHandler(rejectSignal, () => {
    if (ask !== undefined && decision === undefined) reject();
  });

  const applyEarly = async (): Promise<void> => {
    if (early === undefined) return;
    const kept = early;
    early = undefined;
    try {
      refuseUnbound(ask!, kept.request, settings.maxCost);
      await grant(kept.request);
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      kept.refusal = error;
      ignored(run, ask!.plan.planHash, error);
    }
  };

  return {
    async request(next) {
      ask = next;
      decision = undefined;
      lapsesAtMs = Date.now() + settings.approvalTtlMs;
      announceRequest(run, next, lapsesAtMs);
      await applyEarly();
      await run.journal.flush();
      const decided = (): boolean => decision !== undefined || run.stop.reason() !== undefined;
      const inTime =
        decided() ||
        (await condition(() => decided() && !granting, settings.approvalTtlMs, {
          summary: `approval of ${next.plan.planHash.slice(0, 12)}`,
        }));
      if (!inTime) await condition(() => !granting);
      if (!decided()) decision = { kind: 'lapsed' };
      return endOf(current());
    },
  };
}

function endOf(decision: Decision | undefined): ApprovalEnd {
  if (decision?.kind === 'granted') return { kind: 'approved', grant: decision.grant };
  return { kind: decision?.kind ?? 'stopped' };
}

const refusal = (code: RefusalCode, message: string, details?: Record<string, string>): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, code, ...(details === undefined ? [] : [details]));

/** With nothing to hold it against, an early approval would approve anything. */
const canBind = (request: ApproveRequest, maxCost: string | undefined): boolean =>
  request.planHash !== undefined || request.limits?.maxTotalAmount !== undefined || maxCost !== undefined;

function refuseUnbound({ plan }: ApprovalAsk, request: ApproveRequest, maxCost: string | undefined): void {
  const maximum = request.limits?.maxTotalAmount ?? maxCost;
  if (
    request.planHash === undefined &&
    maximum !== undefined &&
    BigInt(plan.totalEstimatedCost) > BigInt(maximum)
  )
    throw refusal('invalid_state', 'The plan costs more than the approval that came before it allows.');
}

async function reserve(run: Run, { plan, upTo }: ApprovalAsk, maxTotal: string): Promise<void> {
  const wanted = upTo < BigInt(maxTotal) ? upTo : BigInt(maxTotal);
  if (wanted === 0n) return;
  const outcome = await run.journal.ride((ride) =>
    run.act.local.reserveForRun({
      ride,
      runId: run.input.runId,
      revision: plan.revision,
      upTo: wanted.toString(),
      asset: plan.asset,
    }),
  );
  if (outcome.kind === 'reserved') return;
  const [available, required] = [outcome.available, outcome.required].map((minor) =>
    formatUnits(minor, plan.decimals),
  );
  throw refusal(
    'insufficient_escrow',
    `Insufficient escrow balance. Available: ${available}, Required: ${required}. Please top up.`,
    { available: available!, required: required! },
  );
}

const approvalId = (run: Run, plan: Plan): string => `${run.input.runId}:${plan.revision}`;

function announceRequest(run: Run, { plan, reason }: ApprovalAsk, lapsesAtMs: number): void {
  const maximum = { amount: formatUnits(plan.limits.maxTotalAmount, plan.decimals), asset: plan.asset };
  run.describe(
    [`**Waiting for approval** (${reason}): ${maximum.amount} ${plan.asset}`, `Plan \`${plan.planHash}\``],
    {
      waitingFor: 'approval',
      planHash: plan.planHash,
    },
  );
  run.move(
    'awaiting_approval',
    'approval.requested',
    `approval.requested:${plan.planHash}`,
    { reason, planHash: plan.planHash, expiresAt: lapsesAtMs },
    {
      view: { approvalReason: reason, planHash: plan.planHash },
      approval: {
        id: approvalId(run, plan),
        status: 'pending',
        data: {
          reason,
          plan_hash: plan.planHash,
          maximum,
          payees: payees(plan),
          expires_at: new Date(lapsesAtMs).toISOString(),
        },
      },
    },
  );
}

function announceGrant(run: Run, plan: Plan, { planHash, limits, expiresAtMs, by }: Grant): void {
  const approval = {
    planHash,
    approvedAt: new Date(Date.now()).toISOString(),
    expiresAt: new Date(expiresAtMs).toISOString(),
    limits: { ...limits },
  };
  run.journal.emit({
    key: `approval.granted:${planHash}`,
    type: 'approval.granted',
    data: { planHash, by },
    view: { approval },
    approval: { id: approvalId(run, plan), status: 'approved', by },
  });
  run.move('running', 'run.running', `run.running:${planHash}`, { planHash, plan: { ...plan } as never });
}

function ignored(run: Run, planHash: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof ApplicationFailure ? (error.type ?? 'refused') : 'refused';
  run.journal.emit({
    key: `approval.ignored:${planHash}:${code}`,
    type: 'approval.ignored',
    data: { code, message },
  });
}
