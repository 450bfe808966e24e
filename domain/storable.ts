import type { Json } from '../schemas/core/json.ts';
import { isExactNumber } from './exact-json.ts';

const DEEPEST = 64; // levels; JSON.stringify and PostgreSQL's jsonb end at a few thousand

/** Text as PostgreSQL and JSON both carry it: U+0000 and halves of surrogate pairs become U+FFFD. */
export const storableText = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed();

/** False when writing the JSON value down would fail: odd text anywhere in it, or more than 64 levels. */
export function isStorable(value: Json, levels = DEEPEST): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isStorable(item, levels - 1));
  return Object.entries(value).every(
    ([name, item]) => isStorable(name, levels) && isStorable(item, levels - 1),
  );
}

/**
 * A JSON value that can be written down, whoever made it: text as `storableText` makes it, and "..." in the place of
 * what is deeper than `levels`. A value without such parts is answered as it is.
 */
export function storableJson<T extends Json>(value: T, levels = DEEPEST): T {
  return isStorable(value, levels) ? value : (cleaned(value, levels) as T);
}

function cleaned(value: Json, levels: number): Json {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return value;
  if (levels === 0) return '...';
  if (Array.isArray(value)) return value.map((item) => cleaned(item, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [storableText(name), cleaned(item, levels - 1)]),
  );
}
