import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type {
  ApproveAnswer,
  ApproveRequest,
  Authority,
  DecisionRequest,
  RefusalCode,
} from '../../domain/messages.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { approvedLimits } from '../../domain/plan/spending.ts';
import { formatUnits } from '../../domain/money.ts';
import {
  announceGrant,
  announceIgnored,
  announceRequest,
  approvalId,
  type ApprovalAsk,
} from './approval-events.ts';
import type { Grant } from './budget.ts';
import { approveRun, approveSignal, rejectRun, rejectSignal } from './messages.ts';
import type { Run } from './run.ts';

/** `resumed`: money came, nobody decided. */
export type ApprovalEnd =
  | { kind: 'approved'; grant: Grant; resumed: boolean }
  | { kind: 'rejected' | 'lapsed' | 'stopped' };

export interface ApprovalGate {
  /** Emits approval.requested and waits for a decision, the lapse or a stop. */
  request(ask: ApprovalAsk): Promise<ApprovalEnd>;
}

/** An approval that came before its plan. */
interface Kept {
  request: ApproveRequest;
  refusal?: ApplicationFailure;
}

type Decision =
  | { kind: 'granted'; grant: Grant; resumed: boolean }
  | { kind: 'rejected'; by: string; authority?: Authority; reason?: string }
  | { kind: 'lapsed' };

/**
 * Approvals are bound to what was approved (architecture decision 7). One plan hash is granted at most once: whoever
 * repeats it gets the same answer. An approval that comes before the plan is kept if it can be bound to it.
 */
export function createApprovalGate(run: Run): ApprovalGate {
  const { settings } = run.input;
  let ask: ApprovalAsk | undefined;
  let decision: Decision | undefined;
  let lapsesAtMs = 0;
  const early: Kept[] = [];
  let granting = false;
  const isBusy = (): boolean => granting;

  const grant = async (request: ApproveRequest): Promise<Grant> => {
    while (isBusy()) await condition(() => !isBusy()); // the first of those who waited may grant again
    if (decision?.kind === 'granted') return decision.grant;
    const asked = checkOpen(request);
    granting = true;
    try {
      const limits = approvedLimits(asked.plan, request.limits);
      await reserve(run, asked, limits.maxTotalAmount);
      checkOpen(request); // the wait for the ledger may have outlasted the approval's own time
      const expiresAtMs = request.expiresAtMs ?? Date.now() + settings.approvalTtlMs;
      const { by, authority, proof } = request;
      const granted = {
        planHash: asked.plan.planHash,
        limits,
        expiresAtMs,
        by,
        ...(authority && { authority }),
        ...(proof && { proof }),
      };
      decision = { kind: 'granted', grant: granted, resumed: false };
      announceGrant(run, asked.plan, granted);
      return granted;
    } finally {
      granting = false;
    }
  };

  const checkOpen = (request: ApproveRequest): ApprovalAsk => {
    if (request.planHash !== undefined && ask !== undefined) refuseOtherPlan(request.planHash, ask);
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
    const kept: Kept = { request };
    early.push(kept);
    await condition(
      () => decision !== undefined || kept.refusal !== undefined || run.stop.reason() !== undefined,
      settings.earlyApprovalWaitMs,
    );
    if (kept.refusal !== undefined) throw kept.refusal;
    if (decision?.kind === 'granted') return approved(decision.grant);
    if (run.stop.reason() !== undefined)
      throw refusal('invalid_state', 'The run is ending; there will be nothing to approve.');
    return { kind: 'recorded', events: run.journal.pending() };
  };

  const approved = ({ planHash }: Grant): ApproveAnswer => ({
    kind: 'approved',
    planHash,
    events: run.journal.pending(),
  });

  const reject = ({ by, authority, reason, planHash }: DecisionRequest): void => {
    if (planHash !== undefined && ask !== undefined) refuseOtherPlan(planHash, ask);
    if (ask === undefined || decision !== undefined)
      throw refusal('invalid_state', `The run is ${run.status()}.`);
    decision = {
      kind: 'rejected',
      by,
      ...(authority && { authority }),
      ...(reason !== undefined && { reason }),
    };
  };
  const current = (): Decision | undefined => decision; // handlers change it while others wait

  setHandler(
    approveRun,
    async (request) =>
      run.status() === 'planning' || run.status() === 'created'
        ? keep(request)
        : approved(await grant(request)),
    { validator: refuseMalformed },
  );
  setHandler(approveSignal, async (partial) => {
    const request = { by: 'signal', updateId: 'signal', ...partial };
    try {
      refuseMalformed(request);
      await (run.status() === 'planning' || run.status() === 'created' ? keep(request) : grant(request));
    } catch (error) {
      announceIgnored(run, ask?.plan.planHash ?? 'none', error);
      await run.journal.flush(); // nothing else may be due for a long time
    }
  });
  setHandler(rejectRun, (request) => {
    reject(request);
    return {
      status: run.status() === 'awaiting_approval' ? ('cancelled' as const) : run.status(),
      events: run.journal.pending(),
    };
  });
  setHandler(rejectSignal, (partial) => {
    if (ask !== undefined && decision === undefined) reject({ by: 'signal', ...partial });
  });

  /** Looks for the money ever more rarely, until it is there, somebody decides, or the time is over. */
  const untilFunded = async (
    { plan }: ApprovalAsk,
    resume: NonNullable<ApprovalAsk['resume']>,
    decided: () => boolean,
  ): Promise<void> => {
    const everyMs = settings.reconcileIntervalMs;
    for (let waitMs = everyMs; !decided(); waitMs = Math.min(2 * waitMs, RAREST_LOOK * everyMs)) {
      const leftMs = lapsesAtMs - Date.now();
      if (leftMs <= 0) return;
      const summary = `money, or approval of ${plan.planHash.slice(0, 12)}`;
      await condition(() => decided() && !granting, Math.min(waitMs, leftMs), { summary });
      if (decided() || isBusy() || Date.now() >= resume.grant.expiresAtMs) continue;
      if (!(await resume.funded()) || decided() || isBusy()) continue;
      const { limits, expiresAtMs, by, authority } = resume.grant;
      const granted = {
        planHash: plan.planHash,
        limits,
        expiresAtMs,
        by: resumedBy(by),
        ...(authority && { authority }),
      };
      decision = { kind: 'granted', grant: granted, resumed: true };
      announceGrant(run, plan, granted);
    }
  };

  const applyEarly = async (): Promise<void> => {
    for (const kept of early.splice(0))
      try {
        refuseUnbound(ask!, kept.request, settings.maxCost);
        await grant(kept.request);
      } catch (error) {
        if (!(error instanceof ApplicationFailure)) throw error;
        kept.refusal = error;
        announceIgnored(run, ask!.plan.planHash, error);
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
      if (!decided() && next.resume !== undefined) await untilFunded(next, next.resume, decided);
      if (!decided() && next.resume === undefined)
        await condition(() => decided() && !granting, settings.approvalTtlMs, {
          summary: `approval of ${next.plan.planHash.slice(0, 12)}`,
        });
      await condition(() => !granting); // money that is being reserved must not outlast the run
      if (!decided()) decision = { kind: 'lapsed' };
      closeApproval(run, next, current());
      return endOf(current());
    },
  };
}

/** The inbox shows who said no, or that nobody said anything; the run's terminal event carries it there. */
function closeApproval(run: Run, { plan }: ApprovalAsk, decision: Decision | undefined): void {
  const id = approvalId(run, plan);
  if (decision?.kind === 'lapsed') run.closing.approval = { id, status: 'expired' };
  if (decision?.kind !== 'rejected') return;
  const { by, authority, reason } = decision;
  const data: JsonObject = {
    ...(authority && { authority }),
    ...(reason !== undefined && { decision_reason: reason }),
  };
  run.closing.approval = {
    id,
    status: 'rejected',
    by,
    ...(Object.keys(data).length > 0 && { data }),
  };
}

function endOf(decision: Decision | undefined): ApprovalEnd {
  if (decision?.kind === 'granted')
    return { kind: 'approved', grant: decision.grant, resumed: decision.resumed };
  return { kind: decision?.kind ?? 'stopped' };
}

const refusal = (code: RefusalCode, message: string, details?: Record<string, string>): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, code, ...(details === undefined ? [] : [details]));

function refuseOtherPlan(planHash: string, { plan }: ApprovalAsk): void {
  if (planHash !== plan.planHash)
    throw refusal('plan_changed', `The plan has changed; decide on ${plan.planHash} after looking at it.`);
}

const RESUMED = ', resumed by a top-up';
const resumedBy = (by: string): string => (by.endsWith(RESUMED) ? by : by + RESUMED);

const RAREST_LOOK = 30; // times the interval between two looks

const LATEST_MS = 8.64e15; // the last instant that a date can be

/** Whoever sends it, an approval that cannot be read is refused: an error in a handler would hold up the workflow. */
function refuseMalformed({ limits = {}, expiresAtMs = 0 }: ApproveRequest): void {
  const amounts = [limits.maxTotalAmount, limits.maxPerTransaction].filter((amount) => amount !== undefined);
  if (!amounts.every((amount) => /^\d{1,78}$/.test(amount)))
    throw refusal('invalid_state', 'Limits are whole minor units, written as digits.');
  if (!(expiresAtMs >= 0 && expiresAtMs <= LATEST_MS))
    throw refusal('invalid_state', 'expiresAtMs is milliseconds since 1970.');
}

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
  delete run.closing.moneyless;
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
