import { getAddress, zeroPadValue, type Log } from 'ethers';
import type { Intake, SeenArrival } from '../../../domain/payments/rail.ts';
import { assertChain, tokenInterface, type EvmChain } from './node.ts';

const MOST_BLOCKS = 2000; // nodes refuse to search more at once
const MOST_SEARCHES = 20; // a look must fit an activity
/** Nodes behind one address lag behind each other: what one did not have yet is found by the next look. */
const OVERLAP_BLOCKS = 64;

/** Reads what came to the wallet in tokens, of blocks that are final. Positions are block numbers. */
export function createEvmIntake(chain: EvmChain, owner: string): Intake {
  return {
    overlap: OVERLAP_BLOCKS,
    async finalPosition() {
      const finalized = await chain.provider.getBlock('finalized');
      if (finalized === null) throw new Error('The node does not tell its finalized block.');
      return finalized.number;
    },
    async arrivals(tokens, { from, to }) {
      await assertChain(chain);
      const found = new Map<string, SeenArrival>();
      const addresses = tokens.filter((token) => token !== null);
      const through = Math.min(to, from + MOST_SEARCHES * MOST_BLOCKS - 1);
      for (let first = from; first <= through && addresses.length > 0; first += MOST_BLOCKS) {
        const last = Math.min(through, first + MOST_BLOCKS - 1);
        for (const log of await transfersTo(chain, owner, addresses, first, last)) add(found, log, addresses);
      }
      return { arrivals: [...found.values()], through };
    },
  };
}

function transfersTo(
  { provider }: EvmChain,
  owner: string,
  address: string[],
  fromBlock: number,
  toBlock: number,
): Promise<Log[]> {
  const topics = [tokenInterface.getEvent('Transfer')!.topicHash, null, zeroPadValue(owner, 32)];
  return provider.getLogs({ address, topics, fromBlock, toBlock });
}

/** Transfers of one sender in one transaction are one arrival. What we send to ourselves is none. */
function add(found: Map<string, SeenArrival>, log: Log, tokens: readonly string[]): void {
  const token = tokens.find((address) => address.toLowerCase() === log.address.toLowerCase());
  const sender = getAddress(`0x${(log.topics[1] ?? '').slice(-40)}`);
  const amount = BigInt(log.data);
  if (token === undefined || amount === 0n || log.topics[1] === log.topics[2]) return;
  const name = `${log.transactionHash} ${token} ${sender}`;
  const before = found.get(name)?.amount ?? 0n;
  const { transactionHash: txHash, blockNumber: position } = log;
  found.set(name, { txHash, token, sender, amount: before + amount, position });
}
