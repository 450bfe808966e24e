import type { JsonObject } from '../../schemas/core/json.ts';
import type { Blindness } from './rail.ts';

/** Kept in a payment's proof while its node cannot prove it. Times are ms since epoch. */
export interface BlindNote {
  why: Blindness['why'];
  /** Host of the node. */
  node: string;
  since: number;
  /** From then on a person may decide; null while the bytes may still land. */
  decidableAtMs: number | null;
}

/** Undefined while no node is known to be unable to prove the payment. */
export function readBlind({ blind }: JsonObject): BlindNote | undefined {
  return typeof blind === 'object' && blind !== null ? (blind as unknown as BlindNote) : undefined;
}
