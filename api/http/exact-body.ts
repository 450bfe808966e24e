import type { z } from 'zod';
import { doubleOf, hasExactNumber, isExactNumber } from '../../domain/exact-json.ts';
import type { Json } from '../../schemas/core/json.ts';

/**
 * Judges a value by its schema, which knows doubles only, and puts the numbers that no double holds back into what it answers.
 */
export function safeParseExact<S extends z.ZodType>(
  schema: S,
  value: unknown,
): z.ZodSafeParseResult<z.output<S>> {
  if (!hasExactNumber(value)) return schema.safeParse(value);
  const result = schema.safeParse(inDoubles(value as Json));
  return result.success ? { ...result, data: restored(result.data, value) as z.output<S> } : result;
}

/** 1e400 is endless as a double, which no schema takes for a number; the greatest double stands for it meanwhile. */
export function inDoubles(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isExactNumber(value))
    return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, doubleOf(value) ?? 0));
  if (Array.isArray(value)) return value.map(inDoubles);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inDoubles(item)]));
}

function restored(judged: unknown, sent: unknown): unknown {
  if (isExactNumber(sent)) return typeof judged === 'number' ? sent : judged;
  if (Array.isArray(judged) && Array.isArray(sent))
    return judged.map((item: unknown, index) => restored(item, sent[index]));
  if (!isPlain(judged) || !isPlain(sent)) return judged;
  return Object.fromEntries(
    Object.entries(judged).map(([key, item]) => [
      key,
      Object.hasOwn(sent, key) ? restored(item, sent[key]) : item,
    ]),
  );
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
