import { z } from 'zod';

/** Pieces of settings: texts of the environment with what they mean. Descriptions are the documentation. */

/** `true`, `1` and `on` are true; `false`, `0` and `off` are false. */
export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0', 'on', 'off'])
    .default(fallback ? 'true' : 'false')
    .transform((v) => v === 'true' || v === '1' || v === 'on');

/** A whole number from `min` to `max`. */
export const int = (fallback: number, min = 0, max = 2 ** 31) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

/** Comma-separated texts, without empty ones. */
export const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

/** A duration in ms, with what it means. */
export const ms = (fallback: number, min: number, meaning: string) => int(fallback, min).describe(meaning);

/** A port; 0 takes a free one. */
export const port = (fallback: number) => int(fallback, 0, 65535);

/** One minute in ms. */
export const MINUTE = 60_000;

/** One hour in ms. */
export const HOUR = 60 * MINUTE;
