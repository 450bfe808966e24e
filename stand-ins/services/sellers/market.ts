import { z } from 'zod';
import { defineService, ok, type ServiceDefinition } from '../definition.ts';
import { createRandom, normal } from './random.ts';
import { round } from './series.ts';

/** Where each simulated walk begins, on the first day. */
const LISTED: Readonly<Record<string, { name: string; start: number; volatility: number }>> = {
  BTC: { name: 'Bitcoin', start: 96_000, volatility: 0.022 },
  ETH: { name: 'Ether', start: 3400, volatility: 0.028 },
  SOL: { name: 'Solana', start: 190, volatility: 0.035 },
  USDC: { name: 'USD Coin', start: 1, volatility: 0.0004 },
  ADA: { name: 'Cardano', start: 0.9, volatility: 0.034 },
};

const DAY_MS = 86_400_000;
const FIRST_DAY = Math.floor(Date.UTC(2025, 0, 1) / DAY_MS);

const SymbolName = z
  .string()
  .trim()
  .toUpperCase()
  .refine((symbol) => Object.hasOwn(LISTED, symbol), {
    message: `must be one of ${Object.keys(LISTED).join(', ')} (GET /symbols lists them)`,
  });

/** Closing prices of the last days, oldest first: a seeded random walk, so a day's price never changes. */
export function priceSeries(symbol: string, days: number, now: Date): { date: string; price: number }[] {
  const { start, volatility } = LISTED[symbol] ?? { start: 1, volatility: 0.02 };
  const random = createRandom('price', symbol);
  const today = Math.floor(now.getTime() / DAY_MS);
  const series: { date: string; price: number }[] = [];
  let logarithm = Math.log(start);
  for (let day = FIRST_DAY; day <= today; day += 1) {
    // Pulled back a little to its start, so that long walks do not end in absurd prices.
    logarithm += volatility * normal(random) - 0.01 * (logarithm - Math.log(start));
    if (day > today - days) {
      series.push({
        date: new Date(day * DAY_MS).toISOString().slice(0, 10),
        price: round(Math.exp(logarithm), 6),
      });
    }
  }
  return series;
}

const Series = z.array(z.object({ date: z.string(), price: z.number() }));

export function createMarketServices({ now }: { now: () => Date }): ServiceDefinition[] {
  return [createPriceHistory(now), createExchangeRate(now), createSymbolList()];
}

function createPriceHistory(now: () => Date): ServiceDefinition {
  return defineService({
    id: 'price-history',
    name: 'Token Price History',
    description: 'Historical price data for a crypto token: daily prices of the last days (simulated market)',
    category: 'market-data',
    capabilities: ['price', 'history', 'crypto', 'token', 'market-data'],
    seller: 'market',
    method: 'GET',
    path: '/price-history',
    price: 50_000n,
    chains: ['solana', 'evm'],
    reputationScore: 9200,
    verified: true,
    expectedMs: 40,
    input: z.object({ symbol: SymbolName, days: z.coerce.number().int().min(2).max(365).default(30) }),
    output: z.object({ symbol: z.string(), currency: z.string(), source: z.string(), series: Series }),
    example: {
      input: { symbol: 'SOL', days: 7 },
      output: {
        symbol: 'SOL',
        currency: 'USD',
        source: 'simulated',
        series: [{ date: '2026-01-01', price: 190.1 }],
      },
    },
    answer: ({ symbol, days }) =>
      ok({ symbol, currency: 'USD', source: 'simulated', days, series: priceSeries(symbol, days, now()) }),
  });
}

function createExchangeRate(now: () => Date): ServiceDefinition {
  return defineService({
    id: 'exchange-rate',
    name: 'Token Exchange Rate',
    description:
      'Current exchange rate between two crypto tokens, from an unreliable upstream that often needs a retry',
    category: 'market-data',
    capabilities: ['exchange', 'rate', 'convert', 'crypto', 'token'],
    seller: 'market',
    method: 'GET',
    path: '/exchange-rate',
    price: 10_000n,
    chains: ['evm'],
    reputationScore: 5400,
    verified: false,
    expectedMs: 60,
    input: z.object({ from: SymbolName, to: SymbolName }),
    output: z.object({ from: z.string(), to: z.string(), rate: z.number(), source: z.string() }),
    example: {
      input: { from: 'SOL', to: 'USDC' },
      output: { from: 'SOL', to: 'USDC', rate: 190.1, source: 'simulated' },
    },
    answer: createFlakyRate(now),
  });
}

function createSymbolList(): ServiceDefinition {
  const symbols = Object.entries(LISTED).map(([symbol, { name }]) => ({ symbol, name }));
  return defineService({
    id: 'token-symbols',
    name: 'Token Symbols',
    description: 'List of the crypto token symbols that the market services know, free of charge',
    category: 'market-data',
    capabilities: ['symbols', 'list', 'free'],
    seller: 'market',
    method: 'GET',
    path: '/symbols',
    price: 0n,
    chains: [],
    reputationScore: 9200,
    verified: true,
    expectedMs: 10,
    input: z.object({}),
    output: z.object({ symbols: z.array(z.object({ symbol: z.string(), name: z.string() })) }),
    example: { input: {}, output: { symbols: [{ symbol: 'SOL', name: 'Solana' }] } },
    answer: () => ok({ symbols }),
  });
}

/** Fails the first time it sees an idempotency key, so that only a retry of the same call gets the answer. */
function createFlakyRate(now: () => Date) {
  const seen = new Set<string>();
  return (
    { from, to }: { from: string; to: string },
    { idempotencyKey }: { idempotencyKey: string | undefined },
  ) => {
    if (idempotencyKey !== undefined && !seen.has(idempotencyKey)) {
      seen.add(idempotencyKey);
      return { status: 503, body: { error: 'The upstream did not answer, try again' }, retryAfterSeconds: 1 };
    }
    const latest = (symbol: string) => priceSeries(symbol, 1, now()).at(-1)?.price ?? 1;
    return ok({ from, to, rate: round(latest(from) / latest(to), 8), source: 'simulated' });
  };
}
