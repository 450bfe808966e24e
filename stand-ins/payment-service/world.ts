import { createHash, randomBytes } from 'node:crypto';
import type { MasumiNetwork } from '../../schemas/families/masumi/payment-service.ts';
import { FIRST_AGENTS, type StandInAgent } from './agents.ts';
import { createStandInClock, type StandInClock } from './clock.ts';
import type { Deal } from './deal.ts';
import { createDealList, type DealList } from './deals.ts';
import { openJournal } from './journal.ts';
import { settle } from './state-machine.ts';

export interface WorldOptions {
  network: MasumiNetwork;
  /** How long a transaction takes to be on the chain. */
  blockMs: number;
  stateFile?: string | undefined;
  /** The time that `advance` is added to. */
  clock: () => number;
}

/**
 * Everything that the stand-in knows. Deals come in the state that they have now; `save` stores what was changed in
 * them.
 */
export interface World {
  readonly network: MasumiNetwork;
  readonly blockMs: number;
  readonly clock: StandInClock;
  readonly sellerVkey: string;
  readonly buyerVkey: string;
  readonly payments: DealList;
  readonly purchases: DealList;
  readonly agents: ReadonlyMap<string, StandInAgent>;
  deal(blockchainIdentifier: string): Deal | undefined;
  settled(deal: Deal): Deal;
  add(deal: Deal): void;
  save(deal: Deal): void;
  /** Creates the buyer's side of a deal. */
  buy(deal: Deal, metadata: string | null): void;
  register(agent: StandInAgent): void;
}

const vkey = (whose: string): string =>
  createHash('sha256').update(`masumi stand-in, ${whose}`).digest('hex').slice(0, 56);

export function openWorld({ network, blockMs, stateFile, clock: real }: WorldOptions): World {
  const { journal, entries } = openJournal(stateFile);
  const clock = createStandInClock(real, (offset) => journal.append({ kind: 'clock', offset }));
  const deals = new Map<string, Deal>();
  const agents = new Map(FIRST_AGENTS.map((agent) => [agent.agentIdentifier, agent]));
  const [payments, purchases] = [createDealList(), createDealList()];
  const enter = (deal: Deal): void => {
    deals.set(deal.blockchainIdentifier, deal);
    payments.add(deal.id, deal);
  };
  for (const entry of entries) {
    if (entry.kind === 'deal') enter(entry.deal);
    else if (entry.kind === 'agent') agents.set(entry.agent.agentIdentifier, entry.agent);
    else clock.advance(entry.offset - clock.offset);
  }
  for (const deal of byPurchase(deals.values())) purchases.add(deal.purchase?.id ?? '', deal);
  const settled = (deal: Deal): Deal => {
    settle(deal, clock.now(), blockMs);
    return deal;
  };
  const save = (deal: Deal): void => journal.append({ kind: 'deal', deal });
  return {
    network,
    blockMs,
    clock,
    sellerVkey: vkey('seller'),
    buyerVkey: vkey('buyer'),
    payments,
    purchases,
    agents,
    settled,
    save,
    deal(blockchainIdentifier) {
      const deal = deals.get(blockchainIdentifier);
      return deal && settled(deal);
    },
    add(deal) {
      enter(deal);
      save(deal);
    },
    buy(deal, metadata) {
      deal.purchase = { id: createId(), metadata, createdAt: clock.now() };
      purchases.add(deal.purchase.id, deal);
    },
    register(agent) {
      agents.set(agent.agentIdentifier, agent);
      journal.append({ kind: 'agent', agent });
    },
  };
}

const byPurchase = (deals: Iterable<Deal>): Deal[] =>
  [...deals]
    .filter(({ purchase }) => purchase !== null)
    .toSorted((a, b) => (a.purchase?.createdAt ?? 0) - (b.purchase?.createdAt ?? 0));

/** As long as ids of the real service. */
export const createId = (): string => `c${randomBytes(12).toString('hex')}`;

const STAND_IN = Buffer.from('stand-in').toString('hex');

/** Opaque, of a realistic length; its first digits are the hex of "stand-in". */
export const createBlockchainIdentifier = (): string => `${STAND_IN}${randomBytes(320).toString('hex')}`;
