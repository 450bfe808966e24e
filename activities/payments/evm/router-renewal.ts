import { Transaction, type Wallet } from 'ethers';
import type { RenewedPayment, RenewOrder } from '../../../domain/payments/rail.ts';
import type { EvmChain } from './node.ts';
import type { RouterProof } from './router-chain.ts';
import { gasPrice, hashOf, raised, signTransaction, type GasPrice } from './transactions.ts';

const FILL_GAS = 21_000n;
const RAISES = 10; // fees grow tenfold at most by themselves; then only as the chain's own do

/**
 * Other bytes for the numbers of a payment that no block has: the same call with higher fees, so that whichever is mined
 * pays once; or, when it is given up, a transfer of nothing to ourselves. Undefined while it may wait as it is. What was given up is answered as it is stored,
 * so that it is sent again.
 */
export async function renewRouterPayment(
  { provider, chainId }: EvmChain,
  wallet: Wallet,
  { payload, proof, giveUp, nowMs }: RenewOrder,
  bumpAfterMs: number,
): Promise<RenewedPayment | undefined> {
  const wanted = proof as unknown as RouterProof;
  const isSpent = wanted.fillers.length > 0;
  const givesUp = giveUp && !isSpent;
  const asItIs = isSpent ? { payload, proof: {} } : undefined;
  if (!givesUp && nowMs - wanted.signedAtMs < bumpAfterMs) return asItIs;
  const [used, price] = await Promise.all([
    provider.getTransactionCount(wanted.from, 'latest'),
    gasPrice(provider),
  ]);
  const [allowance, payment] = (payload['transactions'] as string[]).map((raw) => Transaction.from(raw));
  if (allowance === undefined || payment === undefined || payment.nonce < used) return undefined;
  const tries = wanted.payments.length + wanted.fillers.length;
  if (!givesUp && tries > RAISES && price.maxFeePerGas <= feesOf(payment).maxFeePerGas) return asItIs;
  const again = (old: Transaction, call = { to: old.to!, data: old.data, gasLimit: old.gasLimit }): string =>
    signTransaction(wallet, chainId, { ...call, nonce: old.nonce }, raised(feesOf(old), price));
  const allowed = allowance.nonce < used ? allowance.serialized : again(allowance);
  const nothing = { to: wallet.address, data: '0x', gasLimit: FILL_GAS };
  const paid = again(payment, givesUp ? nothing : undefined);
  const isFiller = givesUp || isSpent;
  return {
    most: [allowed, paid].reduce((sum, raw) => sum + gasOf(Transaction.from(raw)), 0n),
    payload: { ...payload, transactions: [allowed, paid] },
    proof: {
      allowances: withHash(wanted.allowances, allowed),
      payments: isFiller ? wanted.payments : withHash(wanted.payments, paid),
      fillers: isFiller ? withHash(wanted.fillers, paid) : wanted.fillers,
      signedAtMs: nowMs,
    },
  };
}

const withHash = (hashes: readonly string[], raw: string): string[] => [...new Set([...hashes, hashOf(raw)])];

const gasOf = ({ gasLimit, maxFeePerGas }: Transaction): bigint => gasLimit * (maxFeePerGas ?? 0n);

const feesOf = ({ maxFeePerGas, maxPriorityFeePerGas }: Transaction): GasPrice => ({
  maxFeePerGas: maxFeePerGas ?? 0n,
  maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n,
});
