import { z } from 'zod';

const Point = z.union([
  z.number(),
  z.looseObject({ value: z.number() }),
  z.looseObject({ price: z.number() }),
  z.looseObject({ close: z.number() }),
]);
const Points = z.array(Point).min(2).max(10_000);

/**
 * Numbers in a row, in the shapes other services give them: plain, or points with a value, price or close. A whole
 * answer with a `series` in it may be sent as `data`.
 */
export const SeriesInput = z.looseObject({
  values: Points.optional(),
  series: Points.optional(),
  data: z.union([Points, z.looseObject({ series: Points }), z.looseObject({ values: Points })]).optional(),
});

export function numbersOf(input: z.output<typeof SeriesInput>): number[] | undefined {
  const nested = Array.isArray(input.data) ? input.data : (input.data?.['series'] ?? input.data?.['values']);
  const points = (input.values ?? input.series ?? nested) as z.output<typeof Points> | undefined;
  return points?.map((point) => (typeof point === 'number' ? point : numberOf(point)));
}

function numberOf(point: Record<string, unknown>): number {
  return Number(point['value'] ?? point['price'] ?? point['close']);
}

/** The input schema of services over a series: at least one of the shapes must be there. */
export const RequiredSeries = SeriesInput.refine((input) => numbersOf(input) !== undefined, {
  message: 'send numbers as values, series or data',
});

export const round = (value: number, digits = 4): number => Number(value.toFixed(digits));
