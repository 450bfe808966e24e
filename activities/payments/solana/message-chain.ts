import { PublicKey, type ConfirmedSignatureInfo, type Finality } from '@solana/web3.js';
import bs58 from 'bs58';
import { createHash } from 'node:crypto';
import type { Sighting } from '../../../domain/payments/rail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { SolanaNode } from './node.ts';

interface MessageProof {
  messageHash: string;
  lastValidBlockHeight: number;
  signedSlot: number;
  account: string;
  memo: string;
  landedAt?: number;
}

const PAGE = 1000;
const SLOT_MS = 400;
const LONGEST_LIFE = 500; // blocks; a blockhash lives for 150, and nodes differ by some in what they call confirmed

/**
 * Where a message stands that someone else pays the fees of, so that its transaction id is not known before. It is
 * looked for in the history of the account it takes from. Void: it failed for good, or it is absent from finalized
 * history past its last valid block, on a node that has that history.
 */
export async function locateMessage(
  node: SolanaNode,
  proof: JsonObject,
  hint: string | null,
): Promise<Sighting> {
  const wanted = proof as unknown as MessageProof;
  const { blockHeight, slot } = await node.finality();
  const hinted = hint === null ? undefined : await inspect(node, wanted, hint, 'confirmed');
  // Asked of a node that has seen the slot where the payment had landed; one that is behind refuses to answer.
  const seen = hinted ?? (await search(node, wanted, 'confirmed', wanted.landedAt));
  if (seen !== undefined) return settled(node, wanted, seen, slot);
  await node.assertCluster();
  if (blockHeight > wanted.lastValidBlockHeight) {
    if (!(await node.holdsHistorySince(wanted.signedSlot)))
      return {
        kind: 'unproven',
        absent: false,
        message: 'The node no longer holds the history that would show the payment.',
        blind: { why: 'forgot', over: true },
      };
    const late = await search(node, wanted, 'finalized', slot);
    return late === undefined ? { kind: 'void' } : settled(node, wanted, late, slot);
  }
  const height = await node.connection.getBlockHeight('confirmed');
  const left = wanted.lastValidBlockHeight - height;
  if (left < 0)
    return {
      kind: 'unproven',
      absent: true,
      message: 'The payment has expired unseen; waiting for finality to prove it.',
    };
  if (left > LONGEST_LIFE)
    return {
      kind: 'unproven',
      absent: false,
      message: 'The node has not come to the block at which the payment was signed.',
      blind: { why: 'behind', over: false },
    };
  const finalityMs = Math.max(0, height - blockHeight) * SLOT_MS;
  return { kind: 'alive', expiresAtMs: Date.now() + left * SLOT_MS, finalityMs };
}

interface Seen {
  signature: string;
  slot: number;
  failed: boolean;
}

/** What was confirmed may have been on a fork: final, good or bad, is only what the finalized chain shows. */
async function settled(
  node: SolanaNode,
  wanted: MessageProof,
  confirmed: Seen,
  finalized: number,
): Promise<Sighting> {
  const proven =
    confirmed.slot <= finalized ? await inspect(node, wanted, confirmed.signature, 'finalized') : undefined;
  const { signature, slot, failed } = proven ?? confirmed;
  if (!failed) return { kind: 'landed', txHash: signature, final: proven !== undefined, position: slot };
  // A message that failed has used its one signature: it cannot run again.
  if (proven !== undefined) return { kind: 'void', txHash: signature };
  return {
    kind: 'unproven',
    absent: true,
    message: 'The payment failed on the chain; waiting for finality to prove it.',
  };
}

async function search(
  node: SolanaNode,
  wanted: MessageProof,
  commitment: Finality,
  minContextSlot: number | undefined,
): Promise<Seen | undefined> {
  const account = new PublicKey(wanted.account);
  let before: string | undefined;
  for (;;) {
    const options = {
      limit: PAGE,
      ...(before ? { before } : {}),
      ...(minContextSlot ? { minContextSlot } : {}),
    };
    const page = await node.connection.getSignaturesForAddress(account, options, commitment);
    for (const entry of page.filter((listed) => mayBe(listed, wanted))) {
      const seen = await inspect(node, wanted, entry.signature, commitment);
      if (seen !== undefined) return seen;
    }
    if (isLast(page, wanted.signedSlot)) return undefined;
    before = page.at(-1)?.signature;
  }
}

const mayBe = ({ slot, memo }: ConfirmedSignatureInfo, wanted: MessageProof): boolean =>
  slot >= wanted.signedSlot && (memo === null || memo.includes(wanted.memo));

const isLast = (page: readonly ConfirmedSignatureInfo[], since: number): boolean =>
  page.length < PAGE || (page.at(-1)?.slot ?? 0) < since;

async function inspect(
  node: SolanaNode,
  wanted: MessageProof,
  signature: string,
  commitment: Finality,
): Promise<Seen | undefined> {
  if (!isSignature(signature)) return undefined;
  const found = await node.connection.getTransaction(signature, {
    commitment,
    maxSupportedTransactionVersion: 0,
  });
  if (found === null) return undefined;
  const hash = createHash('sha256').update(found.transaction.message.serialize()).digest('hex');
  if (hash !== wanted.messageHash) return undefined;
  return { signature, slot: found.slot, failed: found.meta?.err != null };
}

/** Nodes fail on what is none, and a seller's word must not keep us from looking. */
function isSignature(text: string): boolean {
  try {
    return bs58.decode(text).length === 64;
  } catch {
    return false;
  }
}
