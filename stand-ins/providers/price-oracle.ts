import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineProvider } from './definition.ts';

/** What a coin costs in MNEE, around which its price walks. */
const CENTRES: Readonly<Record<string, number>> = { ETH: 3000, BTC: 60_000, MNEE: 1 };
const STEADY = 'MNEE';
const SPREAD = 0.02;
const STEP_MS = 60_000;
const DIGITS = 8;

const coin = z
  .string()
  .transform((text) => text.toUpperCase())
  .refine((text) => Object.hasOwn(CENTRES, text), `must be one of ${Object.keys(CENTRES).join(', ')}`);

const Input = z.object({ base: coin, quote: coin.default(STEADY) });

/** Prices that walk within 2 % of their centres. One seed and one moment always give the same price. */
export const priceOracle = (seed: string, now: () => number = Date.now) =>
  defineProvider({
    id: 'PRICE_ORACLE',
    title: 'Price Oracle',
    method: 'GET',
    path: '/price',
    input: Input,
    open: () => ({
      work({ base, quote }) {
        const at = now();
        const price = priceAt(seed, base, at) / priceAt(seed, quote, at);
        return { base, quote, price: Number(price.toPrecision(DIGITS)) };
      },
    }),
  });

/** Between the points of two minutes the price goes straight. */
function priceAt(seed: string, name: string, ms: number): number {
  const centre = CENTRES[name]!;
  if (name === STEADY) return centre;
  const step = Math.floor(ms / STEP_MS);
  const share = ms / STEP_MS - step;
  const walk = pointOf(seed, name, step) * (1 - share) + pointOf(seed, name, step + 1) * share;
  return centre * (1 + SPREAD * walk);
}

/** From -1 to 1. */
function pointOf(seed: string, name: string, step: number): number {
  const bytes = createHash('sha256').update(`${seed}|${name}|${step}`).digest();
  return (bytes.readUInt32BE() / 0xff_ff_ff_ff) * 2 - 1;
}
