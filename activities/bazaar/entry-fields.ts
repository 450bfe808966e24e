import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { isObject } from '../../domain/json.ts';
import { plainText } from '../../domain/plain-text.ts';

const LONGEST_TEXT = 2000;
const LONGEST_URL = 2048;
const LARGEST_SCHEMA = 64 * 1024; // characters of JSON

/** A field as one line of plain text, cut to a limited length; undefined when it is not text. People and models read it. */
export function textOf(value: Json | undefined, longest = LONGEST_TEXT): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = plainText(value.slice(0, 4 * longest))
    .slice(0, longest)
    .toWellFormed();
  return text === '' ? undefined : text;
}

/** A finite number within bounds, else the default. */
export function numberIn(value: Json | undefined, low: number, high: number, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value)
    ? Math.min(high, Math.max(low, value))
    : otherwise;
}

export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.slice(0, 50).flatMap((item) => textOf(item, 100) ?? []) : [];
}

/** A schema that is small enough to reason about. */
export function schemaOf(value: Json | undefined): JsonObject | undefined {
  return isObject(value) && JSON.stringify(value).length <= LARGEST_SCHEMA ? value : undefined;
}

/** An http(s) address without credentials and without its fragment; undefined for everything else. */
export function serviceUrl(value: Json | undefined): URL | undefined {
  if (typeof value !== 'string' || value.length > LONGEST_URL || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  url.hash = ''; // it never reaches a server, and what is appended to it does not either
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' ? url : undefined;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

export function methodOf(value: Json | undefined): string | undefined {
  const method = typeof value === 'string' ? value.toUpperCase() : undefined;
  return METHODS.find((known) => known === method);
}
