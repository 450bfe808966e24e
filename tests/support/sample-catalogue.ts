import type { AssetBook } from '../../domain/assets.ts';
import type { CatalogueService, PayOption } from '../../domain/plan/catalogue.ts';
import { createServices, type ServicesAppOptions } from '../../stand-ins/services/app.ts';
import type { ServiceDefinition } from '../../stand-ins/services/definition.ts';
import type { JsonObject } from '../../schemas/core/json.ts';

export const SOLANA = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
export const EVM = 'eip155:31337';
const USDC_MINT = '4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU';
const USDC_TOKEN = '0x5FbDB2315678afecb367f032d93F642f64180aa3';

/** SOL and USDC on Solana, USDC on an EVM chain too. */
export const sampleBook: AssetBook = {
  escrowNetwork: SOLANA,
  assets: [
    { id: `${SOLANA}/slip44:501`, code: 'SOL', network: SOLANA, address: null, decimals: 9 },
    { id: `${SOLANA}/token:${USDC_MINT}`, code: 'USDC', network: SOLANA, address: USDC_MINT, decimals: 6 },
    {
      id: `${EVM}/erc20:${USDC_TOKEN.toLowerCase()}`,
      code: 'USDC',
      network: EVM,
      address: USDC_TOKEN,
      decimals: 6,
    },
  ],
};

const unused = (): never => {
  throw new Error('The sample services are only described here, not called.');
};

/** The sample services that `npm start` sells, as the catalogue knows them; nothing is started. */
export function sampleCatalogue(): CatalogueService[] {
  const options = { bookings: new Proxy({}, { get: () => unused }) } as unknown as ServicesAppOptions;
  return createServices(options).map(describe);
}

function describe(service: ServiceDefinition): CatalogueService {
  const { compensation } = service;
  return {
    id: service.id,
    name: service.name,
    description: service.description,
    url: `https://services.example${service.path}`,
    method: service.method,
    category: service.category,
    pricePerCall: (Number(service.price) / 1e6).toString(),
    currency: 'USDC',
    capabilities: [...service.capabilities],
    reputationScore: service.reputationScore,
    uptimePercentage: 100,
    averageResponseTime: service.expectedMs,
    totalCalls: 0,
    owner: 'sample',
    verified: service.verified,
    inputSchema: service.inputSchema as JsonObject,
    outputSchema: service.outputSchema as JsonObject,
    accepts: service.chains.map((chain) => payOption(chain, service.price)),
    ...(compensation === undefined
      ? {}
      : {
          compensation: {
            url: `https://services.example${compensation.path}`,
            method: compensation.method,
            inputMapping: { ...compensation.inputMapping },
          },
        }),
  };
}

function payOption(chain: 'evm' | 'solana', price: bigint): PayOption {
  const amount = price.toString();
  return chain === 'evm'
    ? {
        scheme: 'exact',
        network: EVM,
        asset: USDC_TOKEN,
        amount,
        payTo: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      }
    : {
        scheme: 'exact',
        network: SOLANA,
        asset: USDC_MINT,
        amount,
        payTo: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
      };
}
