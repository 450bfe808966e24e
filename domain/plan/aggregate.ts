import type { Json } from '../../schemas/core/json.ts';
import {
  addDecimals,
  compareDecimals,
  divideDecimal,
  textOfDecimal,
  ZERO,
  type Decimal,
} from '../decimals.ts';
import { isExactNumber, numberOfText } from '../exact-json.ts';
import { numberOf } from './compare.ts';

export const AGGREGATES = ['sum', 'avg', 'min', 'max', 'count'] as const;

/**
 * A number made of many, with every digit, or why there is none. An average without end is rounded: to a double, or to 34
 * digits where the numbers have more than doubles hold. Nothing has no average, least or greatest: null.
 */
export function aggregateNumbers(fn: Json | undefined, values: readonly Json[]): { value: Json } | string {
  const known = AGGREGATES.find((name) => name === fn);
  if (known === undefined) return `fn must be one of ${AGGREGATES.join(', ')}.`;
  if (known === 'count') return { value: values.length };
  const numbers = values.map(numberOf).filter((number) => number !== undefined);
  if (numbers.length < values.length) return 'aggregate needs numbers; name the field that holds them.';
  if (known === 'min' || known === 'max')
    return { value: extreme(values, numbers, known === 'min' ? -1 : 1) };
  const sum = numbers.reduce<Decimal | undefined>(
    (total, number) => total && addDecimals(total, number),
    ZERO,
  );
  if (sum === undefined) return 'The numbers differ too much in size to be added: filter them first.';
  return { value: known === 'sum' ? written(sum) : average(sum, values.length) };
}

function average(sum: Decimal, count: number): Json {
  if (count === 0) return null;
  const { ends, ...quotient } = divideDecimal(sum, BigInt(count));
  return ends || isExactNumber(written(sum)) ? written(quotient) : Number(textOfDecimal(quotient));
}

/** The least or greatest as it was written, or as a number where it was a text. */
function extreme(values: readonly Json[], numbers: readonly Decimal[], sign: 1 | -1): Json {
  let best = 0;
  for (const [index, number] of numbers.entries())
    if (compareDecimals(number, numbers[best]!) * sign > 0) best = index;
  const value = values[best] ?? null;
  return typeof value === 'string' ? written(numbers[best]!) : value;
}

const written = (number: Decimal): Json => numberOfText(textOfDecimal(number));
