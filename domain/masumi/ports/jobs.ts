import type { JobMargins } from '../deadlines.ts';
import type { FormErrors } from './forms.ts';
import type { NextAction, NodeAmount, OnChainState } from './masumi-node.ts';
import type { Ride } from '../../ports/journal.ts';
import type { ValueRef } from '../../ports/values.ts';

/** How a job is paid. `simulated`: MASUMI_TEST_MODE, nobody pays and everything says so. */
export type JobPricing = 'Fixed' | 'Dynamic' | 'Free' | 'simulated';

/** What a job was started with (masumi.md sections 2 and 3). Durations in ms. A type: it is stored as JSON. */
export type JobSettings = {
  callTimeoutMs: number;
  flowKey: string;
  /** Kept here, so that a flow that disappears from the catalogue does not strand its jobs. */
  flowUrl: string;
  pricing: JobPricing;
  agentIdentifier: string | null;
  /** The purchaser's identifier as the payment service takes it. */
  purchaserNonce: string;
  /** Dynamic pricing only. */
  requestedFunds: NodeAmount[] | null;
  /** The listed price: shown when the payment service does not say it. */
  listedAmounts: NodeAmount[];
  /** Agents of Web3CardanoV2 only: the payment source to name in the order. */
  sourceIndex: number | null;
  terms: { payByMs: number; submitResultMs: number; unlockMs: number; externalDisputeUnlockMs: number };
  margins: JobMargins;
  /** How long Kodosumi is asked to take a job. */
  launchForMs: number;
  /** How long the payment service is asked for a payment request before the job is given up. */
  requestPaymentForMs: number;
  /** The time after payByTime until the job is given up as unpaid: the chain may show a payment a little late. */
  paymentGraceMs: number;
  /** The pause between two tries of something that the payment service does not accept yet. */
  retryEveryMs: number;
};

/** What starts a job's workflow; inputs stay in sealed rows. */
export interface JobInput {
  runId: string;
  tenant: string;
  subject: string;
  settings: JobSettings;
}

/** Instants of a job, ms since epoch. */
export type JobTimes = {
  payByTime: number;
  submitResultTime: number;
  unlockTime: number;
  externalDisputeUnlockTime: number;
};

/** What the purchaser is told of the payment (masumi.md 1.2, start_job). A type: it is stored as JSON. */
export type Sale = JobTimes & {
  blockchainIdentifier: string;
  sellerVkey: string | null;
  amounts: NodeAmount[];
  sourceType: string | null;
};

/** The state that the chain and the payment service show. */
export type SaleState = { onChainState: OnChainState | null; nextAction: NextAction | null };

export type RequestPaymentOutcome =
  | { kind: 'requested'; payment: Sale; state: SaleState }
  /** The payment service refuses the order, or refuses us (a wrong key): waiting would change nothing. */
  | { kind: 'rejected' | 'unavailable'; message: string };

export type LaunchJobOutcome =
  | { kind: 'launched'; fid: string }
  | { kind: 'rejected'; errors: FormErrors }
  /** Kodosumi does not take the launch at all: there is no such flow, or we have no right to it. */
  | { kind: 'refused'; message: string }
  /** The launch was sent and nobody knows its run. It is not sent again. */
  | { kind: 'lost'; message: string };

/** What a look at a flow's run saw. */
export type FollowEnd =
  | { kind: 'finished'; result: ValueRef }
  | { kind: 'failed'; message: string }
  | { kind: 'lost'; message: string }
  | { kind: 'too_large'; message: string }
  /** `form`: what the question asks for, in the engine's words (`FormField[]`). */
  | { kind: 'lock'; lid: string; expiresAtMs: number | null; form: ValueRef }
  | { kind: 'leased'; lid: string };

export type AnswerLockOutcome =
  | { kind: 'taken' }
  | { kind: 'rejected'; errors: FormErrors }
  | { kind: 'gone' };

export type SubmitResultOutcome =
  | { kind: 'submitted'; resultHash: string }
  /** `unknown`: the payment service does not know the payment at all. */
  | { kind: 'not_now'; message: string; unknown?: true }
  | { kind: 'refused'; message: string };

/** `not_now`: it is accepted only once a refund was requested. The watch repeats it then. */
export type AuthorizeRefundOutcome = { kind: 'authorized' } | { kind: 'not_now' } | { kind: 'nothing_paid' };

/** What a job's workflow asks of the payment service and of Kodosumi. Every call is safe to repeat. */
export interface JobActivities {
  /** Creates one payment request. After a lost answer it looks for that request before it creates another. */
  requestPayment(request: { ride: Ride; runId: string; times: JobTimes }): Promise<RequestPaymentOutcome>;
  /** The state at this moment, straight from the payment service. */
  readPayment(request: { ride: Ride; runId: string }): Promise<SaleState>;
  /** Sends the launch once. After a lost answer it looks for the run. */
  launchJob(request: { ride: Ride; runId: string }): Promise<LaunchJobOutcome>;
  /** Looks at the run once: is there something that must be decided? */
  lookAtFlow(request: {
    runId: string;
    fid: string;
    /** The lock that is being answered: its lease is news, the lock itself is not. */
    openLock: string | null;
    /** Locks that are answered. */
    answered: string[];
  }): Promise<FollowEnd | { kind: 'nothing' }>;
  /** Hands over the answers kept for this lock. */
  answerLock(request: {
    runId: string;
    fid: string;
    lid: string;
    inputHash: string;
  }): Promise<AnswerLockOutcome>;
  killJob(request: { runId: string; fid: string | null }): Promise<void>;
  submitResult(request: { ride: Ride; runId: string; result: ValueRef }): Promise<SubmitResultOutcome>;
  /** Says whether the payment service shows the result's hash, without submitting it. For answers that never came. */
  findSubmitted(request: { ride: Ride; runId: string; result: ValueRef }): Promise<SubmitResultOutcome>;
  authorizeRefund(request: { runId: string }): Promise<AuthorizeRefundOutcome>;
}

/** Everybody's runs at Kodosumi, followed by one task. */
export interface FollowingActivities {
  /** Tells jobs to look at their runs, and writes down the runs' events. Goes on until it is cancelled. */
  followJobs(): Promise<void>;
}

/** One look at everything that waits at the payment service. */
export interface PaymentWatchActivities {
  watchPayments(): Promise<{ watched: number; changed: number; requests: number }>;
}
