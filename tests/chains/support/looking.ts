import '../../../config/quiet-bindings.ts';
import { NATIVE_MINT } from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import { Contract, JsonRpcProvider } from 'ethers';
import { setTimeout as delay } from 'node:timers/promises';
import { payeeAccount, reserveAccount } from '../../../domain/accounts.ts';
import { escrowAsset } from '../../../domain/assets.ts';
import { readBalance, sumAccount, type Balance } from '../../../db/ledger.ts';
import { getPayment, type PaymentRow } from '../../../db/repositories/payments-write.ts';
import { sampleToken } from '../../../contracts/sample-token.ts';
import type { LocalAssets } from '../../../embedded/chains/local-assets.ts';
import { TENANT, type Activities, type MoneyStack } from './money-stack.ts';

/** A way to pay: the seller's path, the plan's asset code, and where the seller's money can be seen. */
export interface Way {
  path: '/evm' | '/solana' | '/sol';
  code: 'USDC' | 'SOL';
}

export const WAYS: Way[] = [
  { path: '/evm', code: 'USDC' },
  { path: '/solana', code: 'USDC' },
  { path: '/sol', code: 'SOL' },
];

/** The seller's money on its chain, minor units. */
export async function sellerHas(stack: MoneyStack, { path }: Way): Promise<bigint> {
  const { assets, wallets } = stack;
  if (path === '/evm') return evmBalance(assets, assets.evm.sellers.market.address);
  const seller = new PublicKey(assets.solana.sellers.market.address);
  return wallets.tokenBalance(seller, path === '/sol' ? NATIVE_MINT : wallets.mint);
}

export async function evmBalance({ evm }: LocalAssets, owner: string): Promise<bigint> {
  const provider = evmProvider(evm.rpcUrl);
  try {
    return (await new Contract(evm.token.address, sampleToken.abi, provider).getFunction('balanceOf')(
      owner,
    )) as bigint;
  } finally {
    provider.destroy();
  }
}

export const evmProvider = (rpcUrl: string): JsonRpcProvider =>
  new JsonRpcProvider(rpcUrl, undefined, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 50 });

/** What the ledger says the seller was finally paid. */
export async function sellerBooked({ db, book, assets }: MoneyStack, { path, code }: Way): Promise<bigint> {
  const onEvm = path === '/evm';
  const asset = onEvm
    ? book.assets.find(({ network, code: other }) => network === assets.evm.network && other === code)!
    : escrowAsset(book, code)!;
  const payTo = onEvm ? assets.evm.sellers.market.address : assets.solana.sellers.market.address;
  return sumAccount(db.pool, payeeAccount(TENANT, payTo, asset).account);
}

export function reserveOf({ db, book }: MoneyStack, runId: string, code: string): Promise<Balance> {
  return readBalance(db.pool, reserveAccount(TENANT, runId, escrowAsset(book, code)!).account);
}

export async function paymentOf(stack: MoneyStack, intentId: string): Promise<PaymentRow> {
  return (await getPayment(stack.db.pool, intentId))!;
}

/** Sweeps until nothing is open, as the sweeper's workflow does. */
export async function sweepUntil(
  activities: Activities,
  done: () => Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  for (const until = Date.now() + timeoutMs; Date.now() < until; await delay(100)) {
    await activities.sweepPayments({ limit: 100 });
    if (await done()) return;
  }
  throw new Error(`still open after ${timeoutMs} ms`);
}

export async function eventTypes({ db }: MoneyStack, runId: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ type: string }>(
    'select type from event where run_id = $1 order by seq',
    [runId],
  );
  return rows.map(({ type }) => type);
}

export async function attentionKinds({ db }: MoneyStack, runId: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ kind: string }>(
    'select kind from attention where run_id = $1 and resolved_at is null order by kind',
    [runId],
  );
  return rows.map(({ kind }) => kind);
}
