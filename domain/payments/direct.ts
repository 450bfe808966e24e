import type { JsonObject } from '../../schemas/core/json.ts';
import type { Offer } from './offer.ts';

/**
 * What the payment router is told besides the money (omni.md, "Payment"). `serviceId` is keccak256 of the ID's UTF-8
 * bytes and `serviceCallHash` SHA-256 of the call, both 0x and 64 hex digits. `quantity` is whole units; the price of
 * one is the registry's.
 */
export interface RouterService {
  serviceId: string;
  agentId: string;
  taskId: string;
  quantity: string;
  serviceCallHash: string;
}

const HASH = /^0x[0-9a-f]{64}$/i;
const QUANTITY = /^[1-9]\d{0,77}$/;

/** Reads it out of an offer of scheme `router`; undefined when something is missing or malformed. */
export function routerService({ extra }: Pick<Offer, 'extra'>): RouterService | undefined {
  const { serviceId, agentId, taskId, quantity, serviceCallHash } = extra;
  if (typeof agentId !== 'string' || typeof taskId !== 'string') return undefined;
  if (typeof serviceId !== 'string' || !HASH.test(serviceId)) return undefined;
  if (typeof serviceCallHash !== 'string' || !HASH.test(serviceCallHash)) return undefined;
  if (typeof quantity !== 'string' || !QUANTITY.test(quantity)) return undefined;
  return { serviceId, agentId, taskId, quantity, serviceCallHash };
}

/** What a direct payment is made for, in the words of an offer. `asset` is the token's address or mint. */
export function directOffer(
  terms: Pick<Offer, 'network' | 'asset' | 'amount' | 'payTo' | 'maxTimeoutSeconds'>,
  service: RouterService | undefined,
): Offer {
  const extra: JsonObject = service === undefined ? {} : { ...service };
  return { ...terms, scheme: service === undefined ? 'transfer' : 'router', extra };
}

/** A plain transfer with a note that everybody can read on the chain; it must be the only one of its kind. */
export const transferOffer = (
  terms: Pick<Offer, 'network' | 'asset' | 'amount' | 'payTo'>,
  memo: string,
): Offer => ({ ...terms, scheme: 'transfer', maxTimeoutSeconds: 600, extra: { memo } });
