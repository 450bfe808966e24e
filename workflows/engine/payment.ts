import { sleep, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { RetryPolicy } from '../../domain/plan/plan.ts';
import type { Ride } from '../../domain/ports/journal.ts';
import type {
  PaymentActivities,
  ReconcileOutcome,
  SignOutcome,
  SubmitOutcome,
} from '../../domain/ports/payments.ts';
import { retryDelay } from '../../domain/retry.ts';
import type { Stop } from './stop.ts';

/** What a payment needs of the workflow that makes it. */
export interface Payer {
  act: ActivityInterfaceFor<Pick<PaymentActivities, 'signPayment' | 'submitPayment' | 'reconcilePayment'>>;
  /** Events that wait ride on each activity; null where there is no run to tell. */
  ride<T>(work: (ride: Ride | null) => Promise<T>): Promise<T>;
  stop: Pick<Stop, 'reason' | 'pause'>;
}

/** An intent that was quoted, and how far to go with it. What it is for is known to whoever quoted it. */
export interface PaymentToMake {
  intentId: string;
  /** For Temporal's UI: whose payment it is, and what is signed and sent. */
  labels: { of: string; sign: string; send: string };
  limits: PaymentLimits;
  /**
   * `answer`: something comes back for the bytes, so that what has landed without it is asked once more. `finality`:
   * nothing comes back, and the payment is followed until it is final.
   */
  until: 'answer' | 'finality';
  /** What one sending brings along; `sent` counts those before it. */
  carry(sent: number): Pick<Parameters<PaymentActivities['submitPayment']>[0], 'attempt' | 'paidCall'>;
}

/** Times are ms, instants ms since epoch. */
export interface PaymentLimits {
  signBeforeMs?: number;
  /** As much of it (minor units) as a person has agreed to, where a budget asks for that. */
  agreed?: string;
  lookEveryMs: number;
  /** After this long what no chain proves is left to the sweep and to a person. */
  giveUpMs: number;
  /** How often, and how soon, the bytes are sent again while they may still land. */
  sends: RetryPolicy;
}

/**
 * `unsent`: signed, but its workflow is to stop; nobody gets the bytes. `landed`: settled, and nothing came back for it.
 * `void`: proven to be impossible; `tries` counts the sendings that somebody heard. `unknown`: nothing is proven yet.
 */
export type PaymentEnd =
  | Extract<SignOutcome, { kind: 'refused' }>
  | Extract<SubmitOutcome, { kind: 'settled' }>
  | { kind: 'unsent' }
  | { kind: 'landed' }
  | { kind: 'void'; code: string; message: string; tries: number }
  | { kind: 'unknown' };

/**
 * Sign, follow, prove. Before the signature everything may still be refused and nothing is lost. After it the same bytes are
 * followed until the chain proves what became of them. What a crash leaves behind is told in `sign.ts` and `submit.ts`: a
 * workflow repeats activities, and each goes on from the state that is stored.
 */
export async function makePayment(payer: Payer, payment: PaymentToMake): Promise<PaymentEnd> {
  const signed = await sign(payer, payment);
  if (signed.kind === 'refused') return signed;
  // Signed for a workflow that stops meanwhile: never sent, nobody can use it. The sweep proves it void and frees the hold.
  if (payer.stop.reason() !== undefined) return { kind: 'unsent' };
  return follow(payer, payment);
}

/** Sends the stored bytes until something comes back for them, or the chain proves an end. */
async function follow(payer: Payer, payment: PaymentToMake): Promise<PaymentEnd> {
  const { limits, labels } = payment;
  const givesUpAtMs = Date.now() + limits.giveUpMs;
  const sendings = createSendings(payer, payment);
  let provableAtMs = 0; // before that no chain can prove anything, so nobody need be told that none does
  let landings = 0;
  let resend = true;
  for (;;) {
    if (resend) {
      const outcome = await sendings.send();
      if (outcome.kind === 'settled' && payment.until === 'answer') return outcome;
    }
    resend = false;
    const truth = await look(payer, payment);
    if (truth.kind === 'void') return sendings.voided();
    if (truth.kind === 'settled') {
      if (payment.until === 'finality' ? truth.final : landings++ > 0) return { kind: 'landed' };
      resend = payment.until === 'answer';
      if (resend) continue;
    }
    if (truth.kind === 'alive') {
      provableAtMs = truth.expiresAtMs + (truth.finalityMs ?? 0);
      if (sendings.areLeft()) {
        resend = await sendings.pause();
        continue;
      }
    }
    if (truth.kind === 'unknown' && Date.now() >= Math.max(givesUpAtMs, provableAtMs))
      return { kind: 'unknown' };
    await sleep(limits.lookEveryMs, { summary: `${labels.of}: payment ${truth.kind}` });
  }
}

interface Sendings {
  send(): Promise<SubmitOutcome>;
  /** True while the bytes may be sent again. */
  areLeft(): boolean;
  /** Waits until they are; false when the workflow is to stop. */
  pause(): Promise<boolean>;
  /** The end of a payment that is proven void, in the words of whoever refused it last. */
  voided(): PaymentEnd;
}

function createSendings(payer: Payer, payment: PaymentToMake): Sendings {
  const { sends } = payment.limits;
  let sent = 0;
  let unheard = 0; // those sent while the other side was away, which are no attempts
  let last: Extract<SubmitOutcome, { kind: 'unclear' }> | undefined;
  return {
    async send() {
      const outcome = await submit(payer, payment, sent);
      sent++;
      if (outcome.kind === 'unclear') {
        last = outcome;
        if (outcome.away === true) unheard++;
      }
      return outcome;
    },
    areLeft: () => sent - unheard < sends.maxAttempts && payer.stop.reason() === undefined,
    pause: () =>
      payer.stop.pause(
        retryDelay(sends, Math.min(sent, sends.maxAttempts), Math.random(), last?.retryAfterMs),
        `${payment.labels.of}: resubmit ${sent + 1}`,
      ),
    voided: () => ({ kind: 'void', ...wordsOf(last), tries: sent - unheard }),
  };
}

/** A seller's word that the settlement goes on is past once the chain proves that it did not. */
function wordsOf(last: Extract<SubmitOutcome, { kind: 'unclear' }> | undefined): {
  code: string;
  message: string;
} {
  const expired = 'The payment expired unused.';
  if (last === undefined) return { code: 'PAYMENT_VOID', message: expired };
  const { code, message } = last;
  return code === 'SETTLEMENT_PENDING'
    ? { code: 'PAYMENT_VOID', message: `${expired} Before that: ${message}` }
    : { code, message };
}

const sign = ({ act, ride }: Payer, { intentId, labels, limits }: PaymentToMake): Promise<SignOutcome> => {
  const { signBeforeMs, agreed } = limits;
  const bounds = {
    ...(signBeforeMs === undefined ? {} : { signBeforeMs }),
    ...(agreed === undefined ? {} : { agreed }),
  };
  return ride((events) =>
    act.signPayment.executeWithOptions({ summary: `${labels.of}: ${labels.sign}` }, [
      { ride: events, intentId, ...bounds },
    ]),
  );
};

const submit = (
  { act, ride }: Payer,
  { intentId, labels, carry }: PaymentToMake,
  sent: number,
): Promise<SubmitOutcome> => {
  const carried = carry(sent);
  return ride((events) =>
    act.submitPayment.executeWithOptions({ summary: `${labels.of}: ${labels.send}` }, [
      { ride: events, intentId, ...carried },
    ]),
  );
};

const look = ({ act, ride }: Payer, { intentId, labels }: PaymentToMake): Promise<ReconcileOutcome> =>
  ride((events) =>
    act.reconcilePayment.executeWithOptions({ summary: `${labels.of}: look on chain` }, [
      { ride: events, intentId },
    ]),
  );
