import type { CatalogueService } from '../../../domain/plan/catalogue.ts';
import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { parseUnits } from '../../../domain/money.ts';
import { sampleBook } from '../../support/sample-catalogue.ts';

/** What a seller writes down. `price` is in whole USDC. */
export interface Described {
  id: string;
  name: string;
  description: string;
  category: string;
  capabilities: string[];
  price: string;
  input: JsonObject;
  required: string[];
  output: JsonObject;
  verified?: boolean;
  method?: string;
}

const money = sampleBook.assets.find((asset) => asset.code === 'USDC')!;

/** A service that is only described: nobody answers at its address. */
export const invent = (service: Described): CatalogueService => ({
  id: service.id,
  name: service.name,
  description: service.description,
  url: `https://${service.id}.example/v1`,
  method: service.method ?? 'POST',
  category: service.category,
  pricePerCall: service.price,
  currency: 'USDC',
  capabilities: service.capabilities,
  reputationScore: 7000,
  uptimePercentage: 99,
  averageResponseTime: 200,
  totalCalls: 12,
  owner: service.name,
  verified: service.verified ?? true,
  inputSchema: { type: 'object', properties: service.input, required: service.required },
  outputSchema: { type: 'object', properties: service.output },
  accepts: [
    {
      scheme: 'exact',
      network: money.network,
      asset: money.address!,
      amount: parseUnits(service.price, money.decimals).toString(),
      payTo: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
    },
  ],
});

export const text = (description: string, more: JsonObject = {}): JsonObject => ({
  type: 'string',
  description,
  ...more,
});
export const number = (description: string, more: JsonObject = {}): JsonObject => ({
  type: 'number',
  description,
  ...more,
});
export const list = (items: Json): JsonObject => ({ type: 'array', items });
