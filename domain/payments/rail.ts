import type { JsonObject } from '../../schemas/core/json.ts';
import type { Offer } from './offers.ts';

/** What to sign. `committed` is all that is promised in this asset, this payment included (minor units). */
export interface SignOrder {
  intentId: string;
  x402Version: 1 | 2;
  offer: Offer;
  resource: JsonObject | null;
  extensions: JsonObject;
  committed: bigint;
  /** Transactions of ours that earlier tries sent so that they could sign. */
  own: readonly OwnTransaction[];
  /** Called before such a transaction is sent: whatever happens then, its fees can be booked. */
  remember(transaction: OwnTransaction): Promise<void>;
}

/** `moved` stays ours (minor units of the chain's coin); what the transaction cost on top is a fee. */
export interface OwnTransaction {
  txHash: string;
  moved: bigint;
}

/**
 * `payload` is what the seller gets, bearer money. `fingerprint` is unique among all signatures; `proof` holds what
 * finds the payment on its chain later. `fees` are transactions of ours that the signature needed.
 */
export interface SignedPayment {
  payload: JsonObject;
  fingerprint: string;
  proof: JsonObject;
  fees: { txHash: string; amount: bigint }[];
}

/**
 * What a chain shows of one signature. `alive`: unused, the same bytes may still land. `void`: it can never land,
 * proven at finality. `unproven`: neither yet; look again. `otherwise`: the signature was used, and moved something else
 * than what was signed. `position` is a block number or slot. Only a node that has seen the position where the payment
 * had landed (`proof.landedAt`) calls it `alive` or `absent`: one that is behind, or forgets, must not take it back.
 */
export type Sighting =
  | { kind: 'landed'; txHash: string; final: boolean; position: number }
  /** `finalityMs`: how far the final tip is behind the newest block now; proof of expiry takes that much longer. */
  | { kind: 'alive'; expiresAtMs: number; finalityMs?: number }
  | { kind: 'void' }
  | { kind: 'unproven'; absent: boolean; message: string }
  | { kind: 'otherwise'; txHash: string; message: string };

/** A transfer of `asset` to our payer, as a seller's refund would be. `amount` is what arrived from `from`. */
export type TransferSighting =
  | { kind: 'found'; amount: bigint; final: boolean; position: number }
  | { kind: 'absent' }
  | { kind: 'failed' };

/** One chain that x402 payments go over. Methods that look at the chain throw when its node does not answer. */
export interface Rail {
  readonly kind: 'x402-evm' | 'x402-solana';
  /** CAIP-2. */
  readonly network: string;
  /** The address that pays. */
  readonly payer: string;
  /** Why an offer cannot be paid here; undefined when it can. */
  refuses(offer: Offer): string | undefined;
  /** Why the payee would get less than is signed, as far as the chain tells beforehand: tokens may take fees. */
  shortfall(offer: Offer): Promise<string | undefined>;
  /** Minor units of the asset that the payer holds on the chain now. */
  available(asset: string): Promise<bigint>;
  /** Minor units of an asset that the payer holds at finality; null is the chain's own coin, wrapped ones included. */
  holdsFinally(asset: string | null): Promise<bigint>;
  sign(order: SignOrder): Promise<SignedPayment>;
  /** Finds the payment by its proof; `hint` is a transaction that the seller named. */
  locate(proof: JsonObject, hint: string | null): Promise<Sighting>;
  /** Reads a transfer to our payer. */
  readIncoming(query: { txHash: string; asset: string; from: string }): Promise<TransferSighting>;
  close(): void;
}

/** The rails of this installation. */
export interface Rails {
  find(network: string): Rail | undefined;
  readonly all: readonly Rail[];
  close(): void;
}
