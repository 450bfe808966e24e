import type { WalletProof } from '../schemas/core/receipt.ts';
import type { RunStatus } from '../schemas/core/run.ts';
import type { SpendLimits } from './plan/plan.ts';
import type { JournalEvent } from './ports/journal.ts';
import type { FieldErrors } from './questions/check-form.ts';

/**
 * Messages every run understands. Updates validate and answer (the API uses them); signals do the same from the
 * Temporal Web UI and CLI; the query is for people looking there. An update and a signal may not share a name.
 */
export const UPDATES = {
  approve: 'approveRun',
  reject: 'rejectRun',
  cancel: 'cancelRun',
  provideInput: 'provideInput',
} as const;
export const SIGNALS = {
  approve: 'approve',
  reject: 'reject',
  cancel: 'cancel',
  input: 'input',
} as const;
export const QUERIES = { state: 'state', cancelPlan: 'cancelPlan' } as const;

/** Who decided, and what their key was allowed at that moment. `checked_at` is RFC 3339. */
export type Authority = {
  kind: string;
  key_id: string | null;
  subject: string | null;
  scopes: string[];
  checked_at: string;
};

/** Amounts are minor units of the plan's asset. `updateId` names the event's cause, so a retry is the same event. */
export interface ApproveRequest {
  by: string;
  authority?: Authority;
  updateId: string;
  planHash?: string;
  limits?: Partial<SpendLimits>;
  /** Asset code the limits are meant in: a plan in another asset refuses them. */
  asset?: string;
  expiresAtMs?: number;
  /** A plan that does only a part of what was asked may begin. */
  acceptPartial?: boolean;
  /** A wallet's signature over what was sent, checked by whoever took it; kept with the approval for its receipt. */
  proof?: WalletProof;
}

/** `recorded`: kept until the plan is ready. The caller commits `events` before it answers (decision 3). */
export type ApproveAnswer =
  | { kind: 'approved'; planHash: string; events: JournalEvent[] }
  | { kind: 'recorded'; events: JournalEvent[] };

export interface DecisionRequest {
  by: string;
  authority?: Authority;
  reason?: string;
  /** The plan that is rejected. A rejection that names another plan does nothing. */
  planHash?: string;
}

/** What a cancel would undo now, in its order; `certain` acts are known to have happened. */
export interface CancelPlan {
  undo: { key: string; certain: boolean }[];
}

export interface DecisionAnswer {
  status: RunStatus;
  events: JournalEvent[];
}

/**
 * An answer to a question. The values are sealed beside the run (`db/repositories/questions.ts`), and the workflow is told
 * their hash. `authority` is checked against who may answer; without it whoever sends this has checked that.
 */
export interface ProvideInputRequest {
  id: string;
  hash: string;
  by: string;
  authority?: Authority;
  updateId: string;
}

/** The caller commits `events` before it answers. `recorded`: kept until the question is asked. */
export type ProvideInputAnswer =
  | { kind: 'taken' | 'recorded'; events: JournalEvent[] }
  | { kind: 'rejected'; errors: FieldErrors; events: JournalEvent[] };

/** Refusals of updates: ApplicationFailure types, the same words as the API's problem codes. */
export type RefusalCode =
  | 'invalid_state'
  | 'plan_changed'
  | 'partial_plan'
  | 'approval_expired'
  | 'insufficient_escrow'
  | 'cannot_cancel'
  | 'forbidden'
  | 'not_awaiting_input'
  | 'question_not_open'
  | 'deadline_passed'
  | 'invalid_input'
  | 'validation_failed';
