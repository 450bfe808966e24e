import { AbiCoder, Interface, isError, TypedDataEncoder, type JsonRpcProvider } from 'ethers';
import type { Offer } from '../../../domain/payments/offer.ts';
import type { EvmChain } from '../evm/node.ts';
import { findShortfall } from './evm-delivery.ts';

const token = new Interface(['function DOMAIN_SEPARATOR()', 'function decimals()']);

/** Why the token would refuse what is signed, or deliver another amount than it says; undefined when it would not. */
export async function tokenRefusal(
  { provider, chainId }: EvmChain,
  payer: Parameters<typeof findShortfall>[1],
  offer: Offer,
  decimals: number,
): Promise<string | undefined> {
  const reasons = await Promise.all([
    misnaming(provider, chainId, offer),
    otherDecimals(provider, offer.asset, decimals),
    findShortfall(provider, payer, offer),
  ]);
  return reasons.find((reason) => reason !== undefined);
}

/**
 * A signature holds for the name and version that the token itself is signed under. With others it is refused only when it is
 * submitted, and then nobody can do anything but wait for its end. A token that does not tell is believed.
 */
async function misnaming(
  provider: JsonRpcProvider,
  chainId: number,
  { asset, extra }: Offer,
): Promise<string | undefined> {
  const actual = await read(provider, asset, 'DOMAIN_SEPARATOR');
  if (actual === undefined) return undefined;
  const name = String(extra['name']);
  const version = String(extra['version']);
  const stated = TypedDataEncoder.hashDomain({ name, version, chainId, verifyingContract: asset });
  return stated === actual
    ? undefined
    : `the token is not signed under the name ${JSON.stringify(name)} and version ${JSON.stringify(version)} that the offer tells (its EIP-712 domain is another)`;
}

async function otherDecimals(
  provider: JsonRpcProvider,
  asset: string,
  configured: number,
): Promise<string | undefined> {
  const word = await read(provider, asset, 'decimals');
  const actual = word === undefined ? undefined : BigInt(word);
  return actual === undefined || actual === BigInt(configured)
    ? undefined
    : `the token ${asset} has ${actual} decimals on its chain and is configured with ${configured}`;
}

/** One word; undefined where the token has no such method. A node that does not answer throws. */
async function read(
  provider: JsonRpcProvider,
  to: string,
  method: 'DOMAIN_SEPARATOR' | 'decimals',
): Promise<string | undefined> {
  try {
    const answer = await provider.call({ to, data: token.encodeFunctionData(method) });
    return AbiCoder.defaultAbiCoder().decode(['bytes32'], answer)[0] as string;
  } catch (error) {
    if (isError(error, 'CALL_EXCEPTION') || isError(error, 'BUFFER_OVERRUN') || isError(error, 'BAD_DATA'))
      return undefined;
    throw error;
  }
}
