import type { NoRoom } from '../budgets/room.ts';
import type { CallRequest } from './calling.ts';
import type { Ride } from './journal.ts';
import type { StatusPoint } from '../payments/accepted-work.ts';
import type { ValueRef } from './values.ts';

/**
 * `refused` signed nothing: `low_balance` can be topped up, `expired` needs approval again, `approve_above` a person who agrees
 * to this one payment. `operator_short`: what it costs is the operator's to bear, whose account for that is short.
 * `halted`: somebody has stopped all payments. `shortBy` is what lacks of a balance (minor units); `room` is the budget that is in the way.
 */
export type SignOutcome =
  | { kind: 'signed' }
  | {
      kind: 'refused';
      reason:
        | 'low_balance'
        | 'float_short'
        | 'treasury_short'
        | 'operator_short'
        | 'halted'
        | 'unsupported'
        | 'expired'
        | 'approve_above';
      message: string;
      shortBy?: string;
    }
  | { kind: 'refused'; reason: 'budget_exhausted'; message: string; room: NoRoom; then: 'pause' | 'refuse' };

/**
 * `output` is what was bought; null where nothing is, and while the service still works on it (`accepted` says where it
 * tells how far it is). `unclear` covers every answer that does not prove what happened: it is reconciled, never
 * guessed.
 */
export type SubmitOutcome =
  | { kind: 'settled'; output: ValueRef | null; txHash: string; timeMs: number; accepted?: StatusPoint }
  | { kind: 'unclear'; code: string; message: string; retryAfterMs?: number; away?: boolean };

/**
 * What the chain proves. `settled`: it landed; `final`, too, and it is posted. `alive`: unused and not expired, the same bytes may be sent again. `void`: proven unused
 * past expiry at finality; only then may another payment be signed. `unknown`: nothing is proven (RPC down...).
 */
export type ReconcileOutcome =
  | { kind: 'settled'; txHash: string; final: boolean }
  | { kind: 'alive'; expiresAtMs: number; finalityMs?: number }
  | { kind: 'void' }
  | { kind: 'unknown'; message: string };

/** The call of a service that carries a payment: what a delivery through the seller needs, and nobody else reads. */
export type PaidCall = Pick<CallRequest, 'step' | 'outputs' | 'timeoutMs'>;

/** The life of a payment from its quote on. It knows intents and no steps; without a ride there is no run to tell. */
export interface PaymentActivities {
  /** Reserve in the ledger, sign once, persist bytes and fingerprint: one committed state after the other. */
  signPayment(request: {
    ride: Ride | null;
    intentId: string;
    /** No signature from here on (ms since epoch): the approval's expiry or the run's deadline. */
    signBeforeMs?: number;
    /** How much a person has agreed to (minor units), where a budget asks for consent. */
    agreed?: string;
  }): Promise<SignOutcome>;
  /**
   * Hands the stored bytes over, the same ones however often: they settle at most once. `attempt` counts the tries in what
   * is told.
   */
  submitPayment(request: {
    ride: Ride | null;
    intentId: string;
    attempt: number;
    paidCall?: PaidCall;
  }): Promise<SubmitOutcome>;
  /** Whether a payment that was refused for lack of money could be held now. */
  checkFunds(request: { intentId: string }): Promise<{ funded: boolean }>;
  /** Whether the budgets that apply to a payment have room for it now, and else the one that is in the way. */
  checkRoom(request: { intentId: string }): Promise<{ room: NoRoom | null }>;
  reconcilePayment(request: { ride: Ride | null; intentId: string }): Promise<ReconcileOutcome>;
  /** Posts what became final, takes back what a reorg undid, closes what expired. Answers how many remain open. */
  sweepPayments(request: { limit: number }): Promise<{ open: number; moved: number }>;
}
