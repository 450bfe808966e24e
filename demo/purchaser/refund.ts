import { setTimeout as sleep } from 'node:timers/promises';
import type { JobStatusAnswer } from '../../schemas/families/masumi/mip003.ts';
import type { ShownPurchase } from '../../schemas/families/masumi/payment-service.ts';
import type { Money } from './money.ts';
import type { Purchase } from './order.ts';
import { inWords } from './terms.ts';

const LOOK_MS = 1000;
const WATCH_MS = 60_000; // after that a person looks again

/**
 * Asks for the money back unless that was done already, and says what happens. True: it is back, or the seller agreed.
 */
export async function watchRefund(
  { wallet, job, screen }: Purchase,
  money: Money,
  { status }: JobStatusAnswer,
): Promise<boolean> {
  const giveUpAt = Date.now() + WATCH_MS;
  for (;;) {
    const deal = await money.look();
    const state = deal.onChainState;
    if (state === 'FundsLocked' || state === 'ResultSubmitted') {
      const asked = await wallet.requestRefund(job.blockchainIdentifier);
      if (asked !== undefined) screen.line('   refund: asked for');
    }
    if (isSettled(deal, status) || Date.now() >= giveUpAt) {
      screen.line(`   refund: ${refundInWords(deal)}`);
      return /^(RefundAuthorized|RefundWithdrawn|DisputedWithdrawn)$/.test(state ?? '');
    }
    await sleep(LOOK_MS);
  }
}

/** True when nothing more happens soon. After a delivered result it is a dispute, which people settle. */
function isSettled({ onChainState, NextAction }: ShownPurchase, status: JobStatusAnswer['status']): boolean {
  if (onChainState === null)
    return status === 'failed' && !NextAction.requestedAction.startsWith('FundsLocking');
  if (onChainState === 'Disputed') return status === 'completed';
  return /^(Withdrawn|RefundWithdrawn|DisputedWithdrawn|FundsOrDatumInvalid)$/.test(onChainState);
}

/** What a state of the money means to somebody who wants it back. */
export function refundInWords({
  onChainState,
  externalDisputeUnlockTime,
  unlockTime,
}: ShownPurchase): string {
  switch (onChainState) {
    case 'RefundWithdrawn':
    case 'DisputedWithdrawn':
      return 'the money is back.';
    case 'RefundAuthorized':
      return 'the seller has agreed; the payment service collects the money by itself.';
    case 'Disputed':
      return `the result was delivered, so this is a dispute: the seller may agree, and after ${inWords(Number(externalDisputeUnlockTime))} the network's admins decide.`;
    case 'RefundRequested':
      return 'asked for, not decided yet.';
    case 'Withdrawn':
    case 'WithdrawAuthorized':
      return 'too late, the seller has the money.';
    case 'FundsOrDatumInvalid':
      return 'what is on the chain is not what was agreed: look at the payment service.';
    case 'FundsLocked':
    case 'ResultSubmitted':
      return `not asked for yet; it can be until ${inWords(Number(unlockTime))}: POST /purchase/request-refund.`;
    case null:
      return 'nothing was locked, so there is nothing to give back.';
  }
}
