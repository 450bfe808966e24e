import { PublicKey } from '@solana/web3.js';
import { createSolanaNode, type SolanaNode } from './node.ts';
import { tokenAccount } from './tokens.ts';
import { coinTransfers, tokenTransfers, type ChainTransfer } from './transfers.ts';
import { locateMessage } from './message-chain.ts';
import { tokenOfAssetId, WRAPPED_SOL } from '../../../domain/assets.ts';
import type { ReceiptPayment } from '../../../schemas/core/receipt.ts';
import { inMinorUnits, type Show } from '../../../domain/receipts/amounts.ts';
import type { Witness } from '../../../domain/receipts/on-chains.ts';

/** A Solana node. The hash finds the message; what it moved is read from the transaction. */
export function createSolanaWitness(rpcUrl: string): Witness {
  // Which cluster it serves is compared by the caller; the rail's reader compares it once more.
  const nodeOf = (network: string): SolanaNode => createSolanaNode({ rpcUrl, network });
  return {
    network: async () => `solana:${(await nodeOf('').connection.getGenesisHash()).slice(0, 32)}`,
    async find(payment, show = inMinorUnits) {
      const { proof, tx_hash } = payment;
      const node = nodeOf(payment.network);
      if (proof?.kind !== 'solana-message' || !isAddress(proof.account))
        return { sighting: { kind: 'void' }, problems: ['its proof is not one of this chain'] };
      const wanted = {
        messageHash: proof.message_hash,
        lastValidBlockHeight: proof.last_valid_block_height,
        signedSlot: proof.signed_slot,
        account: proof.account,
        memo: proof.memo,
      };
      const sighting = await locateMessage(node, wanted, tx_hash);
      if (sighting.kind !== 'landed') return { sighting, problems: [] };
      return { sighting, problems: await movedWrong(node, payment, proof.account, sighting.txHash, show) };
    },
    async findRefund({ tx_hash, asset, from, amount }, { proof, network }, show = inMinorUnits) {
      const node = nodeOf(network);
      if (proof?.kind !== 'solana-message')
        return { final: false, problems: ['its payment has no proof of this chain'] };
      const places = await refundPlaces(node, proof.account, asset);
      const moved = await readMoved(
        node,
        tx_hash,
        ({ destination, sourceOwner }) => places.has(destination) && sourceOwner === from,
      );
      if (moved === undefined)
        return { final: false, problems: [`transaction ${tx_hash} is not there, or failed`] };
      const { slot } = await node.finality();
      const wrong = `transaction ${tx_hash} moved ${show(moved.amount)} back, not ${show(amount)}`;
      return { final: moved.slot <= slot, problems: moved.amount >= BigInt(amount) ? [] : [wrong] };
    },
    close: () => undefined,
  };
}

/** Where a refund may arrive: the account that paid; coins also in the wallet, whether or not they were paid wrapped. */
async function refundPlaces(node: SolanaNode, account: string, mint: string): Promise<ReadonlySet<string>> {
  if (mint !== WRAPPED_SOL) return new Set([account]);
  const { value } = await node.connection.getParsedAccountInfo(new PublicKey(account), 'confirmed');
  const parsed: unknown = value && 'parsed' in value.data ? value.data.parsed : undefined;
  const owner = (parsed as { info?: { owner?: string } } | undefined)?.info?.owner ?? account;
  const wrapped = await tokenAccount(node, new PublicKey(mint), new PublicKey(owner));
  return new Set([account, owner, wrapped.toBase58()]);
}

/** The payee's account must have got exactly the amount, from the account that the proof names. */
async function movedWrong(
  node: SolanaNode,
  { rail, asset, pay_to, amount }: ReceiptPayment,
  account: string,
  signature: string,
  show: Show,
): Promise<string[]> {
  const mint = tokenOfAssetId(asset);
  if (!isAddress(mint) || !isAddress(pay_to)) return ['it names a malformed address'];
  const isCoin = rail === 'solana-transfer' && mint === WRAPPED_SOL; // other rails pay it wrapped
  const payee = isCoin
    ? pay_to
    : (await tokenAccount(node, new PublicKey(mint), new PublicKey(pay_to))).toBase58();
  const moved = await readMoved(
    node,
    signature,
    ({ source, destination }) => source === account && destination === payee,
  );
  if (moved?.amount.toString() === amount) return [];
  return [
    `transaction ${signature} moved ${moved === undefined ? 'nothing that can be read' : show(moved.amount)} to ${pay_to}, not ${show(amount)}`,
  ];
}

/** What a transaction that succeeded moved by these transfers; undefined when it is not there, or failed. */
async function readMoved(
  node: SolanaNode,
  signature: string,
  which: (transfer: ChainTransfer) => boolean,
): Promise<{ amount: bigint; slot: number } | undefined> {
  if (!/^[1-9A-HJ-NP-Za-km-z]{64,90}$/.test(signature)) return undefined;
  const config = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
  const found = await node.connection.getParsedTransaction(signature, config);
  if (found === null || found.meta === null || found.meta.err !== null) return undefined;
  const moved = [...tokenTransfers(found), ...coinTransfers(found)].filter(which);
  return { amount: moved.reduce((sum, { amount }) => sum + amount, 0n), slot: found.slot };
}

function isAddress(text: string): boolean {
  try {
    return new PublicKey(text).toBase58() === text;
  } catch {
    return false;
  }
}
