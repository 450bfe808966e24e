import { z } from 'zod';
import { defineService, ok, type ServiceDefinition } from '../definition.ts';
import { numbersOf, RequiredSeries, round } from './series.ts';

const Statistics = z.object({
  count: z.number(),
  mean: z.number(),
  median: z.number(),
  stdev: z.number(),
  min: z.number(),
  max: z.number(),
  change: z.number(),
  changePercent: z.number().nullable(),
  trend: z.object({
    slope: z.number(),
    intercept: z.number(),
    r2: z.number(),
    direction: z.enum(['rising', 'falling', 'flat']),
  }),
});
export type Statistics = z.infer<typeof Statistics>;

export function describeSeries(values: readonly number[]): Statistics {
  const sorted = values.toSorted((a, b) => a - b);
  const mean = sum(values) / values.length;
  const variance = sum(values.map((value) => (value - mean) ** 2)) / Math.max(1, values.length - 1);
  const [first = 0, last = 0] = [values[0], values.at(-1)];
  return {
    count: values.length,
    mean: round(mean),
    median: round(median(sorted)),
    stdev: round(Math.sqrt(variance)),
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    change: round(last - first),
    changePercent: first === 0 ? null : round(((last - first) / Math.abs(first)) * 100, 2),
    trend: fitTrend(values, mean),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Least squares over the positions 0, 1, 2...; a fit that explains less than a tenth is called flat. */
function fitTrend(values: readonly number[], mean: number): Statistics['trend'] {
  const center = (values.length - 1) / 2;
  const spread = sum(values.map((_, index) => (index - center) ** 2));
  const covariance = sum(values.map((value, index) => (index - center) * (value - mean)));
  const total = sum(values.map((value) => (value - mean) ** 2));
  const slope = spread === 0 ? 0 : covariance / spread;
  const r2 = total === 0 ? 0 : (slope * covariance) / total;
  const direction = r2 < 0.1 ? 'flat' : slope > 0 ? 'rising' : 'falling';
  return { slope: round(slope, 6), intercept: round(mean - slope * center), r2: round(r2), direction };
}

export function createStatisticsService(): ServiceDefinition {
  return defineService({
    id: 'series-statistics',
    name: 'Series Statistics',
    description:
      'Trend analysis and statistics over a numeric series: mean, median, deviation, range and trend',
    category: 'analysis',
    capabilities: ['statistics', 'trend', 'analysis', 'series', 'mean'],
    seller: 'studio',
    method: 'POST',
    path: '/statistics',
    price: 20_000n,
    chains: ['solana'],
    reputationScore: 8800,
    verified: true,
    expectedMs: 40,
    input: RequiredSeries,
    output: Statistics,
    example: { input: { values: [1, 2, 3, 5] }, output: describeSeries([1, 2, 3, 5]) },
    answer: (input) => ok(describeSeries(numbersOf(input) ?? [])),
  });
}
