import type { RouterService } from '../payments/direct.ts';
import type { Ride } from './journal.ts';

/**
 * What is paid to the chain without a seller's 402 answer. `asset` is CAIP-19, `amount` minor units of it. With a
 * `service` it goes through the payment router, else it is a plain transfer. A router payment that is not mined
 * `maxTimeoutSeconds` (600 at most) after it was signed is given up; a transfer expires with its blockhash.
 */
export interface DirectOrder {
  ride: Ride;
  runId: string;
  stepId: string;
  generation: number;
  asset: string;
  amount: string;
  payTo: string;
  maxTimeoutSeconds?: number;
  service?: RouterService;
  /** What budgets know the service by; else the router's name of it. */
  budgetService?: string;
}

/** `refused` recorded nothing. */
export type DirectQuote = { kind: 'quoted'; intentId: string } | { kind: 'refused'; message: string };

/** The quote of a direct payment; signing, submitting and reconciling are `PaymentActivities`, as for every payment. */
export interface DirectPaymentActivities {
  /** Safe to repeat: (run, step, generation) is one intent, which keeps its terms once something is held or signed. */
  prepareDirectPayment(order: DirectOrder): Promise<DirectQuote>;
}
