import type { JsonObject } from '../../schemas/core/json.ts';

/** One way to pay a service, read from its x402 `accepts`. `amount` is in minor units, `asset` is the address or mint. */
export interface PayOption {
  scheme: string;
  network: string;
  asset: string;
  amount: string;
  payTo: string;
}

/** How a service is undone; params and mappings may be absent, then the service's output decides them. */
export interface ServiceUndo {
  url: string;
  method: string;
  params?: JsonObject;
  inputMapping?: { [param: string]: string };
}

/**
 * A service of the catalogue (reasoning.md, "Service"). `pricePerCall` is a decimal in whole units of `currency`;
 * `averageResponseTime` is ms; `reputationScore` is 0 to 10000; schemas are JSON Schema. `accepts` is empty when
 * the source did not tell how it is paid.
 */
export interface CatalogueService {
  id: string;
  name: string;
  description: string;
  url: string;
  method: string;
  category: string;
  pricePerCall: string;
  currency: string;
  capabilities: string[];
  reputationScore: number;
  uptimePercentage: number;
  averageResponseTime: number;
  totalCalls: number;
  owner: string;
  verified: boolean;
  inputSchema?: JsonObject;
  outputSchema?: JsonObject;
  accepts: PayOption[];
  compensation?: ServiceUndo;
}
