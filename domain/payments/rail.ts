import type { JsonObject } from '../../schemas/core/json.ts';
import type { RailKind } from '../../schemas/core/payment.ts';
import type { Offer } from './offer.ts';

/** What to sign. `committed` is all that is promised in this asset, this payment included (minor units). */
export interface SignOrder {
  intentId: string;
  offer: Offer;
  /** What this rail stored with the quote (`StoredQuote`). */
  railData: JsonObject;
  committed: bigint;
  /** Transactions of ours that earlier tries sent so that they could sign. */
  own: readonly OwnTransaction[];
  /** Called before such a transaction is sent: whatever happens then, its fees can be booked. */
  remember(transaction: OwnTransaction): Promise<void>;
  /** As many of the chain's coins (minor units) as our transactions may take beside the amount: that much is held for them. */
  coins: bigint;
}

/**
 * What transactions of ours take of their chain's coin beside the amount, at most (minor units). `rent` stays in an account
 * that is opened for the payee.
 */
export interface CoinCosts {
  fee: bigint;
  rent: bigint;
}

export const coinsOf = ({ fee, rent }: CoinCosts): bigint => fee + rent;

/** Thrown by `sign` where more coins would be taken than are held for it: the payee's account may have been closed meanwhile. */
export class CostRose extends Error {}

/**
 * Thrown by `sign` while the payer lacks what a transaction takes beside its amount: fees and rents. Nothing was signed; it
 * goes on by itself once there is enough, so whoever signs tries again.
 */
export class Unfunded extends Error {}

/** `moved` stays ours (minor units of the chain's coin); what the transaction cost on top is a fee. */
export interface OwnTransaction {
  txHash: string;
  moved: bigint;
}

/** What a transaction of ours cost: minor units of the chain's coin. */
export interface NetworkFee {
  txHash: string;
  amount: bigint;
}

/**
 * `payload` is what the seller or the chain gets, bearer money. `fingerprint` is unique among all signatures; `proof`
 * holds what finds the payment on its chain later. `fees` are transactions of ours that the signature needed.
 */
export interface SignedPayment {
  payload: JsonObject;
  fingerprint: string;
  proof: JsonObject;
  fees: NetworkFee[];
}

/**
 * A signature that takes the next numbers of the payer's account (EVM nonces). Everything slow is done; `at` only signs,
 * under the lock of the account's queue, so that number and bytes are stored in one database transaction.
 */
export interface NumberedPayment {
  /** How many numbers it takes. */
  numbers: number;
  /** The chain has used every number below this. */
  used: number;
  at(first: number): Promise<SignedPayment>;
}

/** Other bytes for the numbers that an unmined payment has. The proof names all that were ever signed for them. */
export interface RenewedPayment {
  payload: JsonObject;
  proof: JsonObject;
  /** What its transactions may take of the chain's coin at most, where that is more than before. */
  most?: bigint;
}

/** What decides whether an unmined payment gets other bytes. */
export interface RenewOrder {
  payload: JsonObject;
  proof: JsonObject;
  /** True: the payment is given up; its number is to be spent on nothing, so that those after it can land. */
  giveUp: boolean;
  nowMs: number;
}

/**
 * Why waiting for a node will not help. `forgot`: it no longer has the history that would show the payment. `behind`: it has
 * not reached the block at which the payment was signed. `over`: the bytes can no longer land, so a person may decide.
 */
export interface Blindness {
  why: 'forgot' | 'behind';
  over: boolean;
}

/**
 * What a chain shows of one signature. `alive`: unused, the same bytes may still land. `void`: it can never land,
 * proven at finality. `unproven`: neither yet; look again. `otherwise`: the signature was used, and moved something else
 * than what was signed. `fees`: what it cost us, told when it is final. `position` is a block number or slot. Only a node that has seen the position where the payment
 * had landed (`proof.landedAt`) calls it `alive` or `absent`: one that is behind, or forgets, must not take it back.
 */
export type Sighting =
  | { kind: 'landed'; txHash: string; final: boolean; position: number; fees?: NetworkFee[] }
  /** `finalityMs`: how far the final tip is behind the newest block now; proof of expiry takes that much longer. */
  | { kind: 'alive'; expiresAtMs: number; finalityMs?: number }
  | { kind: 'void'; txHash?: string; reason?: 'REVERTED' | 'REPLACED'; fees?: NetworkFee[] }
  | { kind: 'unproven'; absent: boolean; message: string; blind?: Blindness }
  | { kind: 'otherwise'; txHash: string; message: string };

/** A transfer of `asset` to our payer, as a seller's refund would be. `amount` is what arrived from `from`. */
export type TransferSighting =
  | { kind: 'found'; amount: bigint; final: boolean; position: number }
  | { kind: 'absent' }
  | { kind: 'failed' };

/** A payment in words: whom, and how much as people read it (`showAmount`). */
export type PaymentTerms = Pick<Offer, 'payTo' | 'amount'>;

/** Which way to pay, on which chain, out of whose account. */
export interface RailName {
  readonly kind: RailKind;
  /** CAIP-2. */
  readonly network: string;
  /** The address that pays. */
  readonly payer: string;
  /** Host of the node that is asked. The rest of its address may hold a key. */
  readonly node?: string;
  /** There is no chain behind it: payments are counted, and nothing moves. */
  readonly imagined?: true;
}

/**
 * The role that pays. Every payment has the same states and postings, whichever way it takes. Methods that look at the
 * chain throw when its node does not answer.
 */
export interface PayingRail extends RailName {
  /** Why an offer cannot be paid here; undefined when it can. */
  refuses(offer: Offer): string | undefined;
  /**
   * Why the payee would not get what is signed, as far as the chain tells beforehand: the token takes a fee, the payee has no
   * account for it, the token is signed under another name. `decimals` are those that the asset is configured with.
   */
  shortfall(offer: Offer, decimals: number): Promise<string | undefined>;
  sign(order: SignOrder): Promise<SignedPayment | NumberedPayment>;
  /** What its own transactions would cost now. A rail without it sends none. */
  costs?(offer: Offer): Promise<CoinCosts>;
  /**
   * Sends the signed bytes to the chain; what the node says of them proves nothing, so nothing is answered. A rail
   * without it has its bytes carried by the seller's request, and the seller submits them.
   */
  submit?(payload: JsonObject): Promise<void>;
  /**
   * Rails whose signatures do not expire by themselves: higher fees, or an end, for the same number. Undefined: nothing
   * to change, and what is given up is not to be sent.
   */
  renew?(order: RenewOrder): Promise<RenewedPayment | undefined>;
  /** Finds the payment by its proof; `hint` is a transaction that the seller named. */
  locate(proof: JsonObject, hint: string | null): Promise<Sighting>;
  /** One line that a person reads. */
  describe(terms: PaymentTerms): string;
}

/** The role that keeps the money: what the payer's account holds. Its methods throw when the node does not answer. */
export interface CustodyRail extends RailName {
  /** Minor units of the asset that the payer holds on the chain now and may pay. */
  available(asset: string): Promise<bigint>;
  /** Minor units of an asset that the payer holds at finality; null is the chain's own coin, wrapped ones included. */
  holdsFinally(asset: string | null): Promise<bigint>;
  /** Minor units of the chain's coin that the payer holds now, wrapped ones included, where users' coins are among them. */
  coins?(): Promise<bigint>;
}

/** The role that reads what others paid to us. It throws when the node does not answer. */
export interface IncomingRail extends RailName {
  /** Reads a transfer to our payer. */
  readIncoming(query: { txHash: string; asset: string; from: string }): Promise<TransferSighting>;
}

/** A transfer to our payer as its chain shows it. `token` is as it was asked for; null is the chain's coin. Minor units. */
export interface SeenArrival {
  txHash: string;
  token: string | null;
  /** Empty where the transaction does not say who sent it. */
  sender: string;
  amount: bigint;
  position: number;
}

/** Finds what came to our payer without being told of it. Only what is final counts. Its methods throw when the node does not answer. */
export interface Intake {
  /** How many positions are read again by the next look, because nodes lag. */
  readonly overlap: number;
  /** The last block or slot that nothing takes back. */
  finalPosition(): Promise<number>;
  /**
   * What came from one position to another, both included. When that is too much for one look, `through` is the last
   * position of which everything is told. `isOurs` says which transactions are payments of ours, which need not be read.
   */
  arrivals(
    tokens: readonly (string | null)[],
    range: { from: number; to: number },
    isOurs: (txHashes: string[]) => Promise<ReadonlySet<string>>,
  ): Promise<{ arrivals: SeenArrival[]; through: number }>;
}

/** The role that sees what comes in. Without an intake only what somebody tells of is looked for. */
export interface IntakeRail extends RailName {
  readonly intake?: Intake;
}

/** One way to pay on one chain, in all its roles. Callers take the smallest role that they need. */
export interface Rail extends PayingRail, CustodyRail, IncomingRail, IntakeRail {
  close(): void;
}

/** Finds rails in the role that a caller needs. */
export interface RailBook<Role extends RailName = Rail> {
  /** Without a kind: the one whose bytes a seller's request on this network carries. */
  find(network: string, kind?: RailKind): Role | undefined;
  readonly all: readonly Role[];
}

/** The rails of this installation. */
export interface Rails extends RailBook {
  close(): void;
}
