import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { defineService, ok, type ServiceDefinition } from '../definition.ts';
import { createRandom, normal } from './random.ts';
import { numbersOf, round, SeriesInput } from './series.ts';

const PATHS = 2000;
const ROUNDS = 10;

const ForecastInput = SeriesInput.extend({ steps: z.coerce.number().int().min(1).max(60).default(7) }).refine(
  (input) => numbersOf(input) !== undefined,
  { message: 'send numbers as values, series or data' },
);

/** Ends of simulated continuations, whose steps are drawn from the mean and deviation of the steps seen so far. */
function simulate(values: readonly number[], steps: number, paths: number, random: () => number): number[] {
  const moves = values.slice(1).map((value, index) => value - (values[index] ?? value));
  const mean = moves.reduce((total, move) => total + move, 0) / moves.length;
  const deviation = Math.sqrt(moves.reduce((total, move) => total + (move - mean) ** 2, 0) / moves.length);
  return Array.from({ length: paths }, () => {
    let value = values.at(-1) ?? 0;
    for (let step = 0; step < steps; step += 1) value += mean + deviation * normal(random);
    return value;
  });
}

/** A service that takes its time: it works in rounds and rests between them, `totalMs` in all. */
export function createForecastService({ totalMs }: { totalMs: number }): ServiceDefinition {
  return defineService({
    id: 'series-forecast',
    name: 'Series Forecast',
    description:
      'Forecast of a numeric series by Monte Carlo simulation, thorough and slow: takes several seconds',
    category: 'analysis',
    capabilities: ['forecast', 'prediction', 'simulation', 'series', 'slow'],
    seller: 'market',
    method: 'POST',
    path: '/forecast',
    price: 500_000n,
    chains: ['solana', 'evm'],
    reputationScore: 9000,
    verified: true,
    expectedMs: totalMs,
    input: ForecastInput,
    output: z.object({
      steps: z.number(),
      paths: z.number(),
      p10: z.number(),
      p50: z.number(),
      p90: z.number(),
    }),
    example: {
      input: { values: [1, 2, 3, 4], steps: 3 },
      output: { steps: 3, paths: 2000, p10: 7, p50: 7, p90: 7 },
    },
    async answer(input) {
      const values = numbersOf(input) ?? [];
      const random = createRandom('forecast', ...values, input.steps);
      const ends: number[] = [];
      for (let done = 0; done < ROUNDS; done += 1) {
        ends.push(...simulate(values, input.steps, PATHS / ROUNDS, random));
        await delay(totalMs / ROUNDS);
      }
      const sorted = ends.toSorted((a, b) => a - b);
      const at = (share: number) => round(sorted[Math.floor(share * sorted.length)] ?? 0);
      return ok({ steps: input.steps, paths: PATHS, p10: at(0.1), p50: at(0.5), p90: at(0.9) });
    },
  });
}
