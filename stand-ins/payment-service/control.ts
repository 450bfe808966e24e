import type { PaymentChainState, SellerAction } from '../../schemas/families/masumi/payment-service.ts';
import { makeAgent, type AgentToRegister, type StandInAgent } from './agents.ts';
import type { StandInClock } from './clock.ts';
import type { Deal } from './deal.ts';
import type { Faults } from './faults.ts';
import type { Stats } from './stats.ts';
import type { World } from './world.ts';

export interface StateChange {
  chainState?: PaymentChainState | null | undefined;
  action?: SellerAction | undefined;
  /** Text of an error; an errorType comes with it. */
  note?: string | null | undefined;
  resultHash?: string | null | undefined;
}

/**
 * What tests and demos can do to the stand-in. Everything takes effect at once, without a block. An unknown identifier
 * throws.
 */
export interface StandInControl {
  readonly clock: StandInClock;
  /** Plays the buyer: bought on the payment's own terms, and the funds are on the chain. */
  lockFunds(blockchainIdentifier: string): void;
  /** The funds that came are not what the seller asked for. */
  wrongDatum(blockchainIdentifier: string): void;
  requestRefund(blockchainIdentifier: string): void;
  raiseDispute(blockchainIdentifier: string): void;
  /** Sets any state, whether or not it can be reached. Transactions under way are dropped. */
  setState(blockchainIdentifier: string, change: StateChange): void;
  registerAgent(agent: AgentToRegister): StandInAgent;
  readonly fail: Faults['add'];
  readonly clearFaults: Faults['clear'];
  readonly stats: Stats['read'];
}

export function createControl(world: World, faults: Faults, stats: Stats): StandInControl {
  const change = (identifier: string, work: (deal: Deal) => void): void => {
    const deal = world.deal(identifier);
    if (!deal) throw new Error('The stand-in does not know this blockchainIdentifier');
    work(deal);
    deal.updatedAt = world.clock.now();
    world.save(deal);
  };
  return {
    clock: world.clock,
    lockFunds: (identifier) => change(identifier, (deal) => putFunds(world, deal, 'FundsLocked')),
    wrongDatum: (identifier) => change(identifier, (deal) => putFunds(world, deal, 'FundsOrDatumInvalid')),
    requestRefund: (identifier) =>
      change(identifier, (deal) => {
        if (deal.chainState === 'FundsLocked') deal.chainState = 'RefundRequested';
        else if (deal.chainState === 'ResultSubmitted') deal.chainState = 'Disputed';
        else throw new Error(`No refund can be asked for in ${deal.chainState ?? 'no state'}`);
      }),
    raiseDispute: (identifier) => change(identifier, (deal) => void (deal.chainState = 'Disputed')),
    setState: (identifier, wanted) => change(identifier, (deal) => applyState(deal, wanted)),
    registerAgent(agent) {
      const made = makeAgent(agent);
      world.register(made);
      return made;
    },
    fail: faults.add,
    clearFaults: faults.clear,
    stats: stats.read,
  };
}

function putFunds(world: World, deal: Deal, state: 'FundsLocked' | 'FundsOrDatumInvalid'): void {
  if (deal.chainState !== null) throw new Error(`Funds are there already: ${deal.chainState}`);
  if (!deal.purchase) world.buy(deal, null);
  deal.chainState = state;
  deal.buyer = { action: 'WaitingForExternalAction', note: null, under: null };
  if (state === 'FundsLocked') return;
  const note = 'The datum on the chain is not that of the request';
  deal.seller = { action: 'WaitingForManualAction', note, resultHash: null, under: null };
}

function applyState(deal: Deal, { chainState, action, note, resultHash }: StateChange): void {
  if (chainState !== undefined) deal.chainState = chainState;
  if (resultHash !== undefined) deal.resultHash = resultHash;
  deal.seller = {
    action: action ?? deal.seller.action,
    note: note === undefined ? deal.seller.note : note,
    resultHash: deal.seller.resultHash,
    under: null,
  };
  deal.buyer.under = null;
}
