import { Interface, type JsonRpcProvider } from 'ethers';
import type { ShowToken } from '../evm/node.ts';
import type { Offer } from '../../../domain/payments/offer.ts';

const token = new Interface([
  'function balanceOf(address) view returns (uint256)',
  'function transfer(address to, uint256 value) returns (bool)',
]);

interface SimulatedCall {
  status: string;
  returnData: string;
}

/**
 * Tries the transfer on the latest state, without sending anything: a token may take fees, and no signature can prevent
 * it. Undefined also where the node cannot simulate or the transfer fails; then the chain shows afterwards what arrived.
 */
export async function findShortfall(
  provider: JsonRpcProvider,
  { from, show }: { from: string; show: ShowToken },
  { asset: to, payTo, amount }: Offer,
): Promise<string | undefined> {
  const look = { to, data: token.encodeFunctionData('balanceOf', [payTo]) };
  const move = { from, to, data: token.encodeFunctionData('transfer', [payTo, amount]) };
  const simulated = provider.send('eth_simulateV1', [
    { blockStateCalls: [{ calls: [look, move, look] }] },
    'latest',
  ]) as Promise<{ calls: SimulatedCall[] }[]>;
  const calls = await simulated.then(([block]) => block?.calls ?? []).catch(() => []);
  const [before, moved, after] = calls;
  if (before === undefined || after === undefined || moved?.status !== '0x1') return undefined;
  const arrived = BigInt(after.returnData) - BigInt(before.returnData);
  return arrived === BigInt(amount)
    ? undefined
    : `of ${show(to, amount)} the token would deliver ${show(to, arrived)}: it takes a fee`;
}
