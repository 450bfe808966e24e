import type { WalletProof } from '../../schemas/core/receipt.ts';
import type { ApproveRequest, Authority, DecisionRequest, RefusalCode } from '../messages.ts';
import type { Plan, SpendLimits } from './plan.ts';

/** What an approval allows and until when. */
export interface Grant {
  planHash: string;
  limits: SpendLimits;
  expiresAtMs: number;
  by: string;
  authority?: Authority;
  proof?: WalletProof;
}

/** What became of a plan that was put before people. `resumed`: money came, nobody decided. */
export type Decision =
  | { kind: 'granted'; grant: Grant; resumed: boolean }
  | { kind: 'rejected'; by: string; authority?: Authority; reason?: string }
  | { kind: 'lapsed' };

/** A refusal as callers hear it; `details` are amounts in whole units. */
export interface Refusal {
  code: RefusalCode;
  message: string;
  details?: { [name: string]: string };
}

/**
 * Where an approval stands. Before the first plan there is neither `plan` nor `decision`; the next plan clears the decision
 * on the last. `granting`: money is being set aside for one approval, and others wait for its outcome.
 */
export interface GateState {
  readonly plan?: Plan;
  /** Nobody has agreed yet that the plan does only a part of what was asked. */
  readonly partial?: true;
  readonly decision?: Decision;
  readonly granting: boolean;
}

/**
 * What happens to a gate. `early`: an approval that was kept until there was a plan. `restored`: the plan was granted before the
 * workflow was reset.
 */
export type GateMessage =
  | { kind: 'asked'; plan: Plan; partial?: true }
  | { kind: 'approve'; request: ApproveRequest; early?: true }
  | { kind: 'reserved'; request: ApproveRequest; refusal?: Refusal }
  | { kind: 'reject'; request: DecisionRequest }
  | { kind: 'funded'; grant: Grant }
  | { kind: 'restored'; plan: Plan; grant: Grant }
  | { kind: 'lapse' };

/**
 * What the gate answers. `keep`: there is no plan yet, ask again with it. `wait`: another approval is being granted, ask again
 * afterwards. `reserve`: set money aside up to these limits, then say `reserved`. `noted`: there is nothing to answer.
 */
export type GateReply =
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'keep' | 'wait' | 'noted' }
  | { kind: 'reserve'; limits: SpendLimits }
  | { kind: 'granted'; grant: Grant };

/** What the gate cannot know itself. Times are ms; `maxCost` is the user's ceiling in minor units. */
export interface GateFacts {
  status: string;
  stopping: boolean;
  nowMs: number;
  approvalTtlMs: number;
  maxCost?: string | undefined;
}
