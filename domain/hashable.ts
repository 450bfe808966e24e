import type { Json } from '../schemas/core/json.ts';
import { compareDecimals, decimalOf, textOfDecimal } from './decimals.ts';
import { hasExactNumber, isExactNumber, numberOfText } from './exact-json.ts';

/**
 * The value whose RFC 8785 form is hashed. That form has doubles only: a number that a double holds is hashed as it (1.0 as 1),
 * and one that it would change as `{"$number": "9007199254740993"}`, so that other digits are another hash. What was made so
 * once stays the same, so receipts can carry it and be checked by any JSON parser.
 */
export const hashable = (value: Json): Json => (hasExactNumber(value) ? withoutExact(value) : value);

function withoutExact(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isExactNumber(value)) {
    const number = shortest(JSON.stringify(value));
    return typeof number === 'number' ? number : { $number: JSON.stringify(number) };
  }
  if (Array.isArray(value)) return value.map(withoutExact);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutExact(item)]));
}

/** The number of a JSON number's text. Equal numbers become the same value, whatever their notation. */
export function shortest(text: string): Json {
  const exact = decimalOf(text)!;
  const double = Number(text);
  const isEqual = Number.isFinite(double) && compareDecimals(exact, decimalOf(String(double))!) === 0;
  return isEqual ? double : numberOfText(textOfDecimal(exact));
}
