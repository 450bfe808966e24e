import type { Config } from '../../config/config.ts';
import type { MasumiNode } from '../../domain/masumi/ports/masumi-node.ts';
import { createMasumiNode } from './client.ts';

/** Undefined when no payment service is configured. */
export function masumiNodeOf(config: Config): MasumiNode | undefined {
  const { PAYMENT_SERVICE_URL: url, PAYMENT_API_KEY: apiKey, MASUMI_NETWORK: network } = config;
  return url === undefined || apiKey === undefined ? undefined : createMasumiNode({ url, apiKey, network });
}
