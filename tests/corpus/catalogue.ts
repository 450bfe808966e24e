import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import type { AssembleContext } from '../../domain/plan/assemble.ts';
import type { Json } from '../../schemas/core/json.ts';
import { sampleBook, sampleCatalogue } from '../support/sample-catalogue.ts';

/** The day on which every sentence is said, a Tuesday. */
export const TODAY = '2026-12-01';

/** What the free list of symbols answers. */
export const SYMBOLS = {
  symbols: [
    { symbol: 'BTC', name: 'Bitcoin' },
    { symbol: 'ETH', name: 'Ether' },
    { symbol: 'SOL', name: 'Solana' },
    { symbol: 'USDC', name: 'USD Coin' },
    { symbol: 'ADA', name: 'Cardano' },
  ],
};

/** Answers of the free services; undefined for those that must be paid. */
export const lookUp = (service: CatalogueService): Promise<Json | undefined> =>
  Promise.resolve(service.id === 'token-symbols' ? SYMBOLS : undefined);

/** What the sample services sell, priced in USDC, with others beside them. */
export const contextWith = (others: readonly CatalogueService[] = []): AssembleContext => ({
  services: [...sampleCatalogue(), ...others],
  book: sampleBook,
  codes: ['USDC'],
});
