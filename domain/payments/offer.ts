import type { JsonObject } from '../../schemas/core/json.ts';

/** What is to be paid to whom, as rails understand it. `asset` is the token's address or mint, `extra` what the scheme needs. */
export interface Offer {
  scheme: string;
  /** CAIP-2. */
  network: string;
  asset: string;
  /** Minor units. */
  amount: string;
  payTo: string;
  maxTimeoutSeconds: number;
  extra: JsonObject;
}

/**
 * A quote as it is sealed with its payment: what is signed later is exactly this offer. `railData` is what the rail keeps for
 * itself; nobody else reads it.
 */
export interface StoredQuote {
  offer: Offer;
  railData: JsonObject;
}
