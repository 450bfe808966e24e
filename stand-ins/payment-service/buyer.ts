import type { CreatePurchaseRequest, RefundRequest } from '../../schemas/families/masumi/payment-service.ts';
import type { Deal } from './deal.ts';
import { refuse, type Outcome } from './outcome.ts';
import { showPurchase } from './show.ts';
import { refuseSource } from './source-rules.ts';
import { startBuyer } from './state-machine.ts';
import type { World } from './world.ts';

/** `POST /purchase`. The real service rebuilds the signed terms; here they are compared with the payment's. */
export function createPurchase(world: World, request: CreatePurchaseRequest): Outcome<Deal> {
  const deal = world.deal(request.blockchainIdentifier);
  if (!deal) return refuse(400, 'Invalid blockchain identifier, it is not of this stand-in');
  if (deal.purchase) {
    return refuse(409, 'Purchase exists', { id: deal.purchase.id, object: showPurchase(world, deal) });
  }
  const wrong = wrongTerm(deal, request);
  if (wrong !== undefined) return refuse(400, wrong);
  if (deal.payByTime <= world.clock.now()) return refuse(400, 'Pay by time must be in the future');
  if (deal.chainState !== null) return refuse(400, 'Funds for this identifier are on the chain already');
  world.buy(deal, request.metadata ?? null);
  startBuyer(deal, 'lock', world.clock.now(), world.blockMs);
  world.save(deal);
  return { data: deal };
}

const TIMES = ['payByTime', 'submitResultTime', 'unlockTime', 'externalDisputeUnlockTime'] as const;
const TEXTS = ['identifierFromPurchaser', 'agentIdentifier', 'inputHash'] as const;

function wrongTerm(deal: Deal, request: CreatePurchaseRequest): string | undefined {
  if (request.sellerVkey !== deal.sellerVkey) return 'Invalid seller vkey';
  const text = TEXTS.find((name) => request[name] !== deal[name]);
  if (text) return `Invalid blockchain identifier, ${text} mismatch`;
  const time = TIMES.find((name) => request[name] !== String(deal[name]));
  if (time) {
    const isInSeconds = request[time] === String(Math.floor(deal[time] / 1000));
    return `Invalid blockchain identifier, signature invalid: ${time} is not the seller's${isInSeconds ? ', it is in seconds and must be in milliseconds' : ''}`;
  }
  return refuseSource(deal.sourceType, request) ?? wrongAmounts(deal, request);
}

function wrongAmounts(
  { pricingType, funds }: Deal,
  { Amounts: given }: CreatePurchaseRequest,
): string | undefined {
  if (pricingType === 'Dynamic')
    return sumsOf(given ?? []) === sumsOf(funds) ? undefined : 'Amounts are not those of the payment';
  return given === undefined || sumsOf(given) === sumsOf(funds)
    ? undefined
    : 'Provided Amounts do not match the fixed pricing of the agent';
}

/** The amount to pay in each unit. Lovelace has two names. */
function sumsOf(amounts: readonly { unit: string; amount: string }[]): string {
  const sums = new Map<string, bigint>();
  for (const { unit, amount } of amounts) {
    const name = unit === 'lovelace' ? '' : unit;
    sums.set(name, (sums.get(name) ?? 0n) + BigInt(amount));
  }
  return [...sums]
    .map(([unit, sum]) => `${unit}:${sum}`)
    .toSorted()
    .join(',');
}

export function requestRefund(world: World, request: RefundRequest): Outcome<Deal> {
  const deal = boughtDeal(world, request.blockchainIdentifier, ['FundsLocked', 'ResultSubmitted']);
  if (!deal || world.clock.now() >= deal.unlockTime)
    return refuse(404, 'Purchase not found or not in valid state');
  startBuyer(deal, 'ask-refund', world.clock.now(), world.blockMs);
  world.save(deal);
  return { data: deal };
}

export function cancelRefundRequest(world: World, request: RefundRequest): Outcome<Deal> {
  const deal = boughtDeal(world, request.blockchainIdentifier, ['RefundRequested', 'Disputed']);
  if (!deal) return refuse(404, 'Purchase not found or in invalid state');
  startBuyer(deal, 'unask-refund', world.clock.now(), world.blockMs);
  world.save(deal);
  return { data: deal };
}

function boughtDeal(world: World, identifier: string, states: readonly string[]): Deal | undefined {
  const deal = world.deal(identifier);
  const isRight = deal?.buyer.action === 'WaitingForExternalAction' && states.includes(deal.chainState ?? '');
  return isRight && deal.purchase ? deal : undefined;
}
