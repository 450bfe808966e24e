import { keccak256, Transaction, type JsonRpcProvider, type Wallet } from 'ethers';
import type { RouterCall } from './router-terms.ts';

export interface GasPrice {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

export interface Unsigned extends RouterCall {
  nonce: number;
  gasLimit: bigint;
}

/** Nodes replace what waits only for a tenth more at least; a quarter is safe with all of them. */
const RAISE = { times: 125n, by: 100n };

export async function gasPrice(provider: JsonRpcProvider): Promise<GasPrice> {
  const { maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData();
  if (maxFeePerGas === null || maxPriorityFeePerGas === null)
    throw new Error('The chain does not know EIP-1559 fees.');
  return { maxFeePerGas, maxPriorityFeePerGas };
}

/** An EIP-1559 transaction that moves no coins; answers the raw bytes (hex). */
export function signTransaction(wallet: Wallet, chainId: number, what: Unsigned, price: GasPrice): string {
  const transaction = Transaction.from({ ...what, ...price, type: 2, chainId, value: 0n });
  transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
  return transaction.serialized;
}

/** A transaction's id is the hash of its bytes. */
export const hashOf = (raw: string): string => keccak256(raw);

/** Enough to replace what was signed before, and what the chain asks for now if that is more. */
export function raised(before: GasPrice, now: GasPrice): GasPrice {
  const more = (fee: bigint): bigint => (fee * RAISE.times) / RAISE.by + 1n;
  const greater = (one: bigint, other: bigint): bigint => (one > other ? one : other);
  return {
    maxFeePerGas: greater(more(before.maxFeePerGas), now.maxFeePerGas),
    maxPriorityFeePerGas: greater(more(before.maxPriorityFeePerGas), now.maxPriorityFeePerGas),
  };
}
