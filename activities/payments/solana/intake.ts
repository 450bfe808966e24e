import { PublicKey, type ConfirmedSignatureInfo } from '@solana/web3.js';
import pLimit from 'p-limit';
import type { Intake, SeenArrival } from '../../../domain/payments/rail.ts';
import type { SolanaNode } from './node.ts';
import { ownPlaces, sharesOf, type OwnPlaces } from './shares.ts';

const PAGE = 200;
const MOST = 300; // a look must fit an activity
const AT_ONCE = 4;
/** About a minute. Nodes behind one address lag behind each other: what one did not list yet is found by the next look. */
const OVERLAP_SLOTS = 150;

/** Reads what came into the wallet and its token accounts, of transactions that are final. Positions are slots. */
export function createSolanaIntake(node: SolanaNode, owner: PublicKey): Intake {
  return {
    overlap: OVERLAP_SLOTS,
    finalPosition: async () => (await node.finality()).slot,
    async arrivals(tokens, { from, to }, isOurs) {
      await node.assertCluster();
      const places = new Map<string | null, OwnPlaces>();
      for (const token of tokens) places.set(token, await ownPlaces(node, owner, token));
      const accounts = new Set(
        [...places.values()].flatMap((place) => [place.coins ?? place.tokens, place.tokens]),
      );
      const listed = new Map<string, number>();
      for (const account of accounts)
        for (const { signature, slot } of await listOf(node, account, from, to)) listed.set(signature, slot);
      const ours = await isOurs([...listed.keys()]);
      const { some, through } = cut(
        [...listed].filter(([signature]) => !ours.has(signature)),
        to,
      );
      const found = await pLimit(AT_ONCE).map(some, ([signature]) => readOne(node, signature, places));
      return { arrivals: found.flat(), through };
    },
  };
}

/** The oldest that one look can read; those of one slot together. */
export function cut(
  listed: readonly (readonly [string, number])[],
  to: number,
  most = MOST,
): { some: (readonly [string, number])[]; through: number } {
  const oldest = listed.toSorted(([, one], [, other]) => one - other);
  const last = oldest[most - 1]?.[1];
  if (last === undefined || oldest.length === most) return { some: oldest, through: to };
  const some = oldest.filter(([, slot]) => slot <= last);
  return { some, through: some.length === oldest.length ? to : last };
}

async function listOf(
  node: SolanaNode,
  account: string,
  from: number,
  to: number,
): Promise<ConfirmedSignatureInfo[]> {
  const found: ConfirmedSignatureInfo[] = [];
  for (let before: string | undefined; ;) {
    const options = { limit: PAGE, ...(before === undefined ? {} : { before }) };
    const page = await node.connection.getSignaturesForAddress(new PublicKey(account), options, 'finalized');
    found.push(...page.filter(({ slot, err }) => slot >= from && slot <= to && err === null));
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined || last.slot < from) return found;
    before = last.signature;
  }
}

async function readOne(
  node: SolanaNode,
  txHash: string,
  places: ReadonlyMap<string | null, OwnPlaces>,
): Promise<SeenArrival[]> {
  const config = { commitment: 'finalized', maxSupportedTransactionVersion: 0 } as const;
  const found = await node.connection.getParsedTransaction(txHash, config);
  if (found === null) throw new Error(`The node lists transaction ${txHash} and does not show it.`);
  if (found.meta === null || found.meta.err !== null) return [];
  return [...places].flatMap(([token, place]) =>
    sharesOf(found, place).map((share) => ({ txHash, token, position: found.slot, ...share })),
  );
}
