import '../../../config/quiet-bindings.ts';
import { NATIVE_MINT } from '@solana/spl-token';
import { PublicKey, type ParsedTransactionWithMeta } from '@solana/web3.js';
import { divideGain, type Share } from '../../../domain/payments/arrival.ts';
import type { SolanaNode } from './node.ts';
import { tokenAccount } from './tokens.ts';
import { coinTransfers, tokenTransfers, type ChainTransfer } from './transfers.ts';

/** Where an asset of ours lies. Wrapped coins are coins, so the coin may lie in two places. */
export interface OwnPlaces {
  /** The wallet itself, where the asset is the coin. */
  coins: string | null;
  /** The token account of the mint, or of the wrapped coin. */
  tokens: string;
}

/** `mint` null, or that of the wrapped coin, is the coin. */
export async function ownPlaces(node: SolanaNode, owner: PublicKey, mint: string | null): Promise<OwnPlaces> {
  const isCoin = mint === null || mint === NATIVE_MINT.toBase58();
  const token = isCoin ? NATIVE_MINT : new PublicKey(mint);
  const tokens = (await tokenAccount(node, token, owner)).toBase58();
  return { coins: isCoin ? owner.toBase58() : null, tokens };
}

/** Every transfer to these places. Coins that are sent to the account of wrapped ones are wrapped by a later instruction. */
export function transfersTo(found: ParsedTransactionWithMeta, { coins, tokens }: OwnPlaces): ChainTransfer[] {
  const all = [...(coins === null ? [] : coinTransfers(found)), ...tokenTransfers(found)];
  const own = new Set([coins, tokens]);
  return all.filter(({ destination, source }) => own.has(destination) && !own.has(source));
}

/** What stayed in these places, by who sent it. */
export function sharesOf(found: ParsedTransactionWithMeta, places: OwnPlaces): Share[] {
  const sent = transfersTo(found, places).map(({ sourceOwner, amount }) => ({
    sender: sourceOwner ?? '',
    amount,
  }));
  return divideGain(gainOf(found, places), sent);
}

/** What the transaction left in our accounts, whatever its instructions say: tokens may take fees on the way. */
function gainOf({ meta, transaction }: ParsedTransactionWithMeta, { coins, tokens }: OwnPlaces): bigint {
  if (!meta) return 0n;
  const index = (account: string): number =>
    transaction.message.accountKeys.findIndex(({ pubkey }) => pubkey.toBase58() === account);
  const held = (balances: typeof meta.preTokenBalances): bigint =>
    BigInt(balances?.find(({ accountIndex }) => accountIndex === index(tokens))?.uiTokenAmount.amount ?? 0);
  const gained = held(meta.postTokenBalances) - held(meta.preTokenBalances);
  const at = coins === null ? -1 : index(coins);
  if (at < 0) return gained;
  return gained + BigInt(meta.postBalances[at] ?? 0) - BigInt(meta.preBalances[at] ?? 0);
}
