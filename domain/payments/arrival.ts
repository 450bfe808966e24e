import type { Asset } from '../../schemas/core/money.ts';
import { canonicalTransaction } from './networks.ts';

/** What one transaction brought to our payer from one sender, in one asset; minor units. */
export interface Arrival {
  txHash: string;
  asset: Asset;
  /** The wallet it came from; empty where the transaction does not say. */
  sender: string;
  amount: bigint;
  /** Block number or slot. */
  position: number;
  /** Nothing takes it back. */
  final: boolean;
}

/** A part of what a transaction moved to us. */
export interface Share {
  sender: string;
  amount: bigint;
}

/**
 * Divides what stayed in our account among those who sent it. Tokens that take fees leave less than was sent: then the
 * first senders, by name, are served first. What no transfer explains came from nobody.
 */
export function divideGain(gain: bigint, transfers: readonly Share[]): Share[] {
  const sent = new Map<string, bigint>();
  for (const { sender, amount } of transfers) sent.set(sender, (sent.get(sender) ?? 0n) + amount);
  let left = gain;
  const shares: Share[] = [];
  for (const sender of [...sent.keys()].toSorted()) {
    const amount = least(sent.get(sender)!, left);
    if (amount > 0n) shares.push({ sender, amount });
    if (amount > 0n) left -= amount;
  }
  const nobody = shares.find(({ sender }) => sender === '');
  if (left > 0n && nobody) nobody.amount += left;
  else if (left > 0n) shares.push({ sender: '', amount: left });
  return shares;
}

export const least = (...amounts: [bigint, ...bigint[]]): bigint =>
  amounts.reduce((low, amount) => (amount < low ? amount : low));

/** The name of an arrival: the same transfer has the same name, whoever tells of it and however it is written. */
export const arrivalName = ({
  asset,
  txHash,
  sender,
}: Pick<Arrival, 'asset' | 'txHash' | 'sender'>): string => {
  const { network, id } = asset;
  return [id, canonicalTransaction(network, txHash), canonicalAddress(network, sender)].join(' ');
};

/** The one way to write an address: those of EVM chains compare without case. */
export const canonicalAddress = (network: string, address: string): string =>
  network.startsWith('eip155:') ? address.toLowerCase() : address;
