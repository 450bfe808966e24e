import type { ApplicationFailure } from '@temporalio/workflow';
import { formatUnits } from '../../domain/money.ts';
import type { Grant } from '../../domain/plan/approval-state.ts';
import type { PauseNeeds } from '../../domain/plan/pause-needs.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import { payees } from '../../domain/plan/spending.ts';
import type { Understanding } from '../../domain/plan/understanding/understanding.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Run } from './run.ts';

/** What a person is asked to approve: this plan, for this reason, and `upTo` minor units in total. */
export interface ApprovalAsk {
  plan: Plan;
  reason: string;
  upTo: bigint;
  /** The user's ceiling, where words of the request lowered it; minor units. */
  maxCost?: string | undefined;
  /** What an earlier run of the plan paid for steps that this run would pay again, in minor units. */
  paidAgain?: readonly { stepId: string; amount: string }[];
  /** What is needed to go on, where the run is paused. */
  needs?: PauseNeeds;
  /** Why the plan hardly fits the time that it has. */
  conflict?: string | undefined;
  /** Set where only money is missing: the grant under which the run may go on by itself, and whether the money is there. */
  resume?: { grant: Grant; funded(): Promise<boolean> };
}

/** One approval a revision of the plan. */
export const approvalId = (run: Run, plan: Plan): string => `${run.input.runId}:${plan.revision}`;

export function announceRequest(
  run: Run,
  { plan, reason, paidAgain = [], needs, conflict }: ApprovalAsk,
  lapsesAtMs: number,
): void {
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
      view: {
        approvalReason: reason,
        planHash: plan.planHash,
        deadlines: { approval: new Date(lapsesAtMs).toISOString() },
      },
      approval: {
        id: approvalId(run, plan),
        status: 'pending',
        data: {
          reason,
          plan_hash: plan.planHash,
          maximum,
          payees: payees(plan),
          ...(plan.understanding === undefined ? {} : { understanding: shown(plan.understanding) }),
          ...(needs === undefined ? {} : { needs: needsToWire(needs, plan) }),
          ...(conflict === undefined ? {} : { conflict }),
          ...(paidAgain.length === 0
            ? {}
            : { paid_again: paidAgain.map((paid) => paidAgainToWire(paid, plan)) }),
          expires_at: new Date(lapsesAtMs).toISOString(),
        },
      },
    },
  );
}

const shown = (understanding: Understanding): JsonObject => understanding as unknown as JsonObject;

const inUnits = (minor: bigint | string, { decimals, asset }: Plan): JsonObject => ({
  amount: formatUnits(minor.toString(), decimals),
  asset,
});

const needsToWire = (
  { who, how, missing, spent, costToFinish, resumesByItself }: PauseNeeds,
  plan: Plan,
): JsonObject => ({
  who,
  how,
  ...(missing === undefined ? {} : { missing: inUnits(missing, plan) }),
  spent: inUnits(spent, plan),
  cost_to_finish: inUnits(costToFinish, plan),
  resumes_by_itself: resumesByItself,
});

const paidAgainToWire = ({ stepId, amount }: { stepId: string; amount: string }, plan: Plan): JsonObject => ({
  step_id: stepId,
  ...inUnits(amount, plan),
});

export function announceGrant(
  run: Run,
  plan: Plan,
  { planHash, limits, expiresAtMs, by, authority, proof }: Grant,
): void {
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
    view: { approval, deadlines: { signing: approval.expiresAt } },
    // The run's view has only the last approval, so each approval's own record keeps what it allowed.
    approval: {
      id: approvalId(run, plan),
      status: 'approved',
      by,
      data: {
        granted: { limits: { ...limits }, expires_at: approval.expiresAt, ...(proof && { proof }) },
        ...(authority && { authority }),
      },
    },
  });
  run.describe([`**Running**, approved by ${by}`], { waitingFor: null });
  // The journal adds the plan from the projection, so that the history need not carry it again.
  run.move('running', 'run.running', `run.running:${planHash}`, { planHash });
}

/** An approval or a rejection that changed nothing. */
export const toIgnored = (planHash: string, { type, message }: ApplicationFailure): JournalEvent => ({
  key: `approval.ignored:${planHash}:${type ?? 'refused'}`,
  type: 'approval.ignored',
  data: { code: type ?? 'refused', message },
});
