import type { MasumiNode } from '../../domain/masumi/ports/masumi-node.ts';
import type { MasumiSettings } from '../../schemas/families/masumi/settings.ts';
import { createMasumiNode } from './client.ts';

/** Undefined where none is configured. */
export function masumiNodeOf(config: MasumiSettings): MasumiNode | undefined {
  const { PAYMENT_SERVICE_URL: url, PAYMENT_API_KEY: apiKey, MASUMI_NETWORK: network } = config;
  return url === undefined || apiKey === undefined ? undefined : createMasumiNode({ url, apiKey, network });
}
