import { Contract, getAddress, isAddress } from 'ethers';
import { routerService, type RouterService } from '../../../domain/payments/direct.ts';
import type { Offer } from '../../../domain/payments/offer.ts';
import { tokenInterface, type EvmChain, type ShowToken } from './node.ts';
import { registryInterface, routerInterface } from './router-abi.ts';

export interface RouterCall {
  to: string;
  data: string;
}

/** Why an offer is none that the router could pay, whatever the chain says. */
export function refusesRouterOffer(offer: Offer, payer: string): string | undefined {
  if (offer.scheme !== 'router') return `the scheme ${offer.scheme} is not supported`;
  if (!isAddress(offer.payTo) || !isAddress(offer.asset)) return 'the offer has a malformed address';
  if (getAddress(offer.payTo) === payer) return 'the payee is our own wallet';
  if (routerService(offer) === undefined) return 'the offer does not say what the router is to be told';
  return undefined;
}

/**
 * The two calls of a payment. The router knows no maximum: what it may take is what it is allowed. So each payment
 * allows exactly its amount right before, in the number before its own: a price that was raised meanwhile reverts,
 * and nothing that other payments do changes what this one can take.
 */
export function routerCalls(router: string, offer: Offer): { allow: RouterCall; pay: RouterCall } {
  const { serviceId, agentId, taskId, quantity, serviceCallHash } = mustBe(routerService(offer));
  const args = [serviceId, agentId, taskId, BigInt(quantity), serviceCallHash];
  return {
    allow: {
      to: getAddress(offer.asset),
      data: tokenInterface.encodeFunctionData('approve', [router, offer.amount]),
    },
    pay: { to: router, data: routerInterface.encodeFunctionData('payForService', args) },
  };
}

function mustBe(service: RouterService | undefined): RouterService {
  if (service === undefined) throw new Error('The offer does not say what the router is to be told.');
  return service;
}

interface Registered {
  provider: string;
  unitPrice: bigint;
  active: boolean;
}

/** Why the router would not move exactly the amount to the payee now: it pays in its own token at its registry's price. */
export async function routerShortfall(
  { provider }: EvmChain,
  { router, payer, show }: { router: string; payer: string; show: ShowToken },
  offer: Offer,
): Promise<string | undefined> {
  const { serviceId, quantity } = mustBe(routerService(offer));
  const contract = new Contract(router, routerInterface, provider);
  const token = (await contract.getFunction('token')()) as string;
  if (getAddress(token) !== getAddress(offer.asset)) return `the router pays in ${token}`;
  const registry = (await contract.getFunction('registry')()) as string;
  const found = (await new Contract(registry, registryInterface, provider).getFunction('getService')(
    serviceId,
  )) as Registered;
  if (BigInt(found.provider) === 0n) return 'the registry does not know the service';
  if (!found.active) return 'the service is not active';
  if (getAddress(found.provider) !== getAddress(offer.payTo))
    return `the service is provided by ${found.provider}`;
  const price = found.unitPrice * BigInt(quantity);
  if (price !== BigInt(offer.amount)) return `the price is ${show(offer.asset, price)} now`;
  return simulate({ provider }, router, payer, offer);
}

interface SimulatedCall {
  status: string;
  returnData: string;
}

/** Both calls on the newest state, nothing sent: a token that takes fees shows here. Some nodes cannot simulate. */
async function simulate(
  { provider }: Pick<EvmChain, 'provider'>,
  router: string,
  from: string,
  offer: Offer,
): Promise<string | undefined> {
  const { allow, pay } = routerCalls(router, offer);
  const look = { to: offer.asset, data: tokenInterface.encodeFunctionData('balanceOf', [from]) };
  const calls = [look, { from, ...allow }, { from, ...pay }];
  const [block] = (await provider
    .send('eth_simulateV1', [{ blockStateCalls: [{ calls }] }, 'latest'])
    .catch(() => [])) as { calls: SimulatedCall[] }[];
  const [had, allowed, paid] = block?.calls ?? [];
  if (had?.status !== '0x1' || allowed === undefined || paid === undefined) return undefined;
  if (BigInt(had.returnData) < BigInt(offer.amount)) return undefined; // a lack of money is told as such, later
  return allowed.status === '0x1' && paid.status === '0x1' ? undefined : 'the router would refuse it now';
}
