import type {
  CreatePaymentRequest,
  RefundRequest,
  SubmitResultRequest,
} from '../../schemas/families/masumi/payment-service.ts';
import type { StandInAgent } from './agents.ts';
import type { Deal } from './deal.ts';
import { refuse, type Outcome, type Refusal } from './outcome.ts';
import { refuseSource } from './source-rules.ts';
import { startSeller } from './state-machine.ts';
import { readTimes, refuseTimes } from './time-rules.ts';
import { createBlockchainIdentifier, createId, type World } from './world.ts';

/** `POST /payment`: a new identifier every time, even for the same request. */
export function createPayment(world: World, request: CreatePaymentRequest): Outcome<Deal> {
  const agent = world.agents.get(request.agentIdentifier);
  if (!agent) return refuse(404, 'Agent identifier not found');
  const times = readTimes(request);
  const now = world.clock.now();
  const wrongTimes = refuseTimes(times, now);
  if (wrongTimes !== undefined) return refuse(400, wrongTimes);
  const terms = termsOf(agent, request);
  if ('refused' in terms) return terms;
  const deal: Deal = {
    ...times,
    ...terms,
    id: createId(),
    blockchainIdentifier: createBlockchainIdentifier(),
    sourceType: agent.sourceType,
    agentIdentifier: agent.agentIdentifier,
    agentName: agent.name,
    inputHash: request.inputHash,
    identifierFromPurchaser: request.identifierFromPurchaser,
    sellerVkey: world.sellerVkey,
    metadata: request.metadata ?? null,
    createdAt: now,
    updatedAt: now,
    purchase: null,
    chainState: null,
    resultHash: null,
    seller: { action: 'WaitingForExternalAction', note: null, resultHash: null, under: null },
    buyer: { action: 'None', note: null, under: null },
  };
  world.add(deal);
  return { data: deal };
}

function termsOf(
  { pricing, sourceType }: StandInAgent,
  request: CreatePaymentRequest,
): Pick<Deal, 'pricingType' | 'funds'> | Refusal {
  const wrongSource = refuseSource(sourceType, request);
  if (wrongSource !== undefined) return refuse(400, wrongSource);
  const { RequestedFunds: asked } = request;
  if (pricing.kind === 'Free') return refuse(400, 'The agent is free, there is nothing to pay');
  if (pricing.kind === 'Fixed') {
    if (asked) return refuse(400, 'For fixed pricing, RequestedFunds must be null');
    return { pricingType: 'Fixed', funds: pricing.amounts };
  }
  if (!asked?.some(({ amount }) => BigInt(amount) > 0n))
    return refuse(400, 'For dynamic pricing, RequestedFunds must be given');
  return { pricingType: 'Dynamic', funds: asked };
}

const NOT_NOW = 'Payment not found or in invalid state';

export function submitResult(world: World, request: SubmitResultRequest): Outcome<Deal> {
  const deal = waitingDeal(world, request.blockchainIdentifier, [
    'FundsLocked',
    'RefundRequested',
    'Disputed',
  ]);
  if (!deal) return refuse(404, NOT_NOW);
  startSeller(deal, 'submit', world.clock.now(), world.blockMs, request.submitResultHash);
  world.save(deal);
  return { data: deal };
}

export function authorizeRefund(world: World, request: RefundRequest): Outcome<Deal> {
  const deal = waitingDeal(world, request.blockchainIdentifier, ['RefundRequested', 'Disputed']);
  if (!deal) return refuse(404, NOT_NOW);
  startSeller(deal, 'authorize', world.clock.now(), world.blockMs);
  world.save(deal);
  return { data: deal };
}

function waitingDeal(world: World, identifier: string, states: readonly string[]): Deal | undefined {
  const deal = world.deal(identifier);
  const isRight =
    deal?.seller.action === 'WaitingForExternalAction' && states.includes(deal.chainState ?? '');
  return isRight ? deal : undefined;
}
