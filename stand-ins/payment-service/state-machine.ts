import type { Deal, Transaction } from './deal.ts';
import type { PaymentChainState } from '../../schemas/families/masumi/payment-service.ts';

const MINUTE_MS = 60_000;
const COLLECT_AFTER_MS = 10 * MINUTE_MS; // the buyer's node looks for forfeited deals that often
const LAST_SUBMIT_MS = 5 * MINUTE_MS;

interface Step {
  at: number;
  take(): void;
}

/** Brings a deal to its state at `now`. Nothing runs in between: what was due is done in order when somebody asks. */
export function settle(deal: Deal, now: number, blockMs: number): void {
  for (let step = nextStep(deal, blockMs); step && step.at <= now; step = nextStep(deal, blockMs)) {
    deal.updatedAt = step.at;
    step.take();
  }
}

function nextStep(deal: Deal, blockMs: number): Step | undefined {
  const steps = [sellerStep(deal), buyerStep(deal, blockMs), timeStep(deal, blockMs)];
  return steps.filter((step) => step !== undefined).toSorted((a, b) => a.at - b.at)[0];
}

const SELLER_SENT = {
  submit: 'SubmitResultInitiated',
  withdraw: 'WithdrawInitiated',
  authorize: 'AuthorizeRefundInitiated',
} as const;
const BUYER_SENT = {
  lock: 'FundsLockingInitiated',
  'ask-refund': 'SetRefundRequestedInitiated',
  'unask-refund': 'UnSetRefundRequestedInitiated',
  collect: 'WithdrawRefundInitiated',
} as const;

function sellerStep(deal: Deal): Step | undefined {
  const { seller } = deal;
  const { under } = seller;
  if (!under) return undefined;
  const sent = SELLER_SENT[under.kind as keyof typeof SELLER_SENT];
  if (seller.action !== sent) return { at: under.sentAt, take: () => void (seller.action = sent) };
  return { at: under.doneAt, take: () => landSeller(deal, under) };
}

function landSeller(deal: Deal, { kind, doneAt }: Transaction): void {
  const { seller, chainState } = deal;
  seller.under = null;
  if (kind === 'withdraw') return end(deal, 'Withdrawn');
  const isOpen = chainState === 'RefundRequested' || chainState === 'Disputed';
  if (kind === 'authorize' && isOpen) {
    deal.chainState = 'RefundAuthorized';
    deal.buyer.under = null;
  }
  if (kind === 'submit') {
    // The chain takes no hash after this time; then the deal is forfeited.
    if (doneAt > deal.submitResultTime || !(isOpen || chainState === 'FundsLocked')) return;
    deal.resultHash = seller.resultHash;
    deal.chainState = isOpen ? 'Disputed' : 'ResultSubmitted';
  }
  seller.action = 'WaitingForExternalAction';
  seller.resultHash = null;
}

function buyerStep(deal: Deal, blockMs: number): Step | undefined {
  const { buyer } = deal;
  const { under } = buyer;
  if (deal.chainState === 'RefundAuthorized' && !under) {
    const take = () => startBuyer(deal, 'collect', deal.updatedAt, blockMs);
    return { at: deal.updatedAt, take };
  }
  if (!under) return undefined;
  const sent = BUYER_SENT[under.kind as keyof typeof BUYER_SENT];
  if (buyer.action !== sent) return { at: under.sentAt, take: () => void (buyer.action = sent) };
  return { at: under.doneAt, take: () => landBuyer(deal, under) };
}

function landBuyer(deal: Deal, { kind, doneAt }: Transaction): void {
  const { buyer, chainState } = deal;
  buyer.under = null;
  if (kind === 'collect') return end(deal, 'RefundWithdrawn');
  buyer.action = 'WaitingForExternalAction';
  if (kind === 'lock') {
    if (doneAt <= deal.payByTime) deal.chainState = 'FundsLocked';
    else Object.assign(buyer, { action: 'WaitingForManualAction', note: 'The block came after payByTime' });
  }
  if (kind === 'ask-refund' && doneAt <= deal.unlockTime) {
    if (chainState === 'FundsLocked') deal.chainState = 'RefundRequested';
    if (chainState === 'ResultSubmitted') deal.chainState = 'Disputed';
  }
  if (kind === 'unask-refund' && (chainState === 'RefundRequested' || chainState === 'Disputed')) {
    deal.chainState = deal.resultHash === null ? 'FundsLocked' : 'ResultSubmitted';
  }
}

/** What happens by the contract's own times. */
function timeStep(deal: Deal, blockMs: number): Step | undefined {
  const { chainState, resultHash, seller } = deal;
  if (resultHash === null && (chainState === 'FundsLocked' || chainState === 'RefundRequested')) {
    return { at: deal.submitResultTime + COLLECT_AFTER_MS, take: () => end(deal, 'RefundWithdrawn') };
  }
  if (chainState === 'ResultSubmitted' && !seller.under) {
    return { at: deal.unlockTime, take: () => startSeller(deal, 'withdraw', deal.unlockTime, blockMs) };
  }
  if (chainState === 'Disputed') {
    return { at: deal.externalDisputeUnlockTime + blockMs, take: () => end(deal, 'DisputedWithdrawn') };
  }
  return undefined;
}

function end(deal: Deal, chainState: PaymentChainState): void {
  deal.chainState = chainState;
  deal.seller = { action: 'None', note: null, resultHash: null, under: null };
  deal.buyer = { action: 'None', note: null, under: null };
}

const under = (kind: Transaction['kind'], now: number, blockMs: number): Transaction => ({
  kind,
  sentAt: now + Math.floor(blockMs / 2),
  doneAt: now + blockMs,
});

const SELLER_ASKED = {
  submit: 'SubmitResultRequested',
  withdraw: 'WithdrawRequested',
  authorize: 'AuthorizeRefundRequested',
} as const;

export function startSeller(
  deal: Deal,
  kind: keyof typeof SELLER_ASKED,
  now: number,
  blockMs: number,
  resultHash: string | null = null,
): void {
  // The service answers 200 to a hash that comes this late, and never submits it.
  const isTooLate = kind === 'submit' && now > deal.submitResultTime - LAST_SUBMIT_MS;
  const transaction = isTooLate ? null : under(kind, now, blockMs);
  deal.seller = { action: SELLER_ASKED[kind], note: null, resultHash, under: transaction };
  deal.updatedAt = now;
}

const BUYER_ASKED = {
  lock: 'FundsLockingRequested',
  'ask-refund': 'SetRefundRequestedRequested',
  'unask-refund': 'UnSetRefundRequestedRequested',
  collect: 'WithdrawRefundRequested',
} as const;

export function startBuyer(deal: Deal, kind: keyof typeof BUYER_ASKED, now: number, blockMs: number): void {
  deal.buyer = { action: BUYER_ASKED[kind], note: null, under: under(kind, now, blockMs) };
  deal.updatedAt = now;
}
