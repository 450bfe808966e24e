import { expect, it } from 'vitest';
import { createMarketServices } from '../../stand-ins/services/sellers/market.ts';
import { priceIn } from '../../domain/plan/pricing.ts';
import { contextWith, lookUp } from './catalogue.ts';
import { invented } from './halves.ts';

it('looks up what the free list of symbols answers, and nothing that must be paid', async () => {
  const { services } = contextWith();
  const list = createMarketServices({ now: () => new Date() }).find(({ id }) => id === 'token-symbols');
  const answer = await list?.answer({}, { idempotencyKey: undefined });
  const found = await Promise.all(services.map(async (service) => [service.id, await lookUp(service)]));
  expect(found.filter(([, told]) => told !== undefined)).toEqual([['token-symbols', answer?.body]]);
});

it('has twenty invented services that can be paid in USDC, each with what it requires', () => {
  const { book } = contextWith();
  expect(new Set(invented.map(({ id }) => id)).size).toBe(20);
  expect(invented.filter((service) => priceIn(service, 'USDC', book) === undefined)).toEqual([]);
  expect(invented.every(({ inputSchema }) => JSON.stringify(inputSchema).includes('"required":["'))).toBe(
    true,
  );
});
