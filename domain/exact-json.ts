import type { Json } from '../schemas/core/json.ts';

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
// These parts of the language are in the engine, and not yet in TypeScript's library.
const engine = JSON as unknown as {
  parse(text: string, reviver: Reviver): Json;
  rawJSON(text: string): Json;
  isRawJSON(value: unknown): boolean;
};

/**
 * A number whose text a double would change: beyond 2^53, `1e400`, `-0`, `1.0`, `19.90`. It is the engine's raw JSON, so
 * `JSON.stringify` writes its digits as they came, wherever it stands. `parseExact` and `numberOfText` make it.
 */
export const isExactNumber = (value: unknown): boolean => engine.isRawJSON(value);

/**
 * Parses JSON and keeps every digit. A number that `JSON.stringify` would write as it was read stays a plain number, every
 * other becomes an exact number. Throws SyntaxError for what is no JSON: NaN and Infinity, too.
 */
export function parseExact(text: string): Json {
  try {
    return mayRound(text) ? engine.parse(text, keepDigits) : (JSON.parse(text) as Json);
  } catch (error) {
    // Revivers recurse. What is nested so deeply is cut before anyone uses it.
    if (error instanceof RangeError) return JSON.parse(text) as Json;
    throw error;
  }
}

/** Numbers of which `JSON.stringify` might write other digits: long ones, exponents, -0, zeros at an end, very small ones. */
const ODD_NUMBER = /(?:^|[[:,\s])(?:-0(?![\d.])|-?(?:[\d.]{16}|\d+[eE]|\d+\.\d*(?:[eE]|0(?!\d))|0\.000000))/;

/** False when a parser of doubles changes nothing in this text, as in most: it is eight times as fast. */
export const mayRound = (text: string): boolean => ODD_NUMBER.test(text);

function keepDigits(this: unknown, _key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? numberOfText(source) : value;
}

/** The number that a JSON number's text says. Throws SyntaxError for other texts. */
export function numberOfText(text: string): Json {
  const value = Number(text);
  return String(value) === text ? value : engine.rawJSON(text);
}

/** The text of a number, as `JSON.stringify` writes it; undefined for everything else. */
export function textOfNumber(value: Json | undefined): string | undefined {
  return typeof value === 'number' || isExactNumber(value) ? JSON.stringify(value) : undefined;
}

/** A number as a double, rounded where it has to be; undefined for everything else. For counts and durations, not for data. */
export function doubleOf(value: Json | undefined): number | undefined {
  const text = textOfNumber(value);
  return text === undefined ? undefined : Number(text);
}

/** True when an exact number stands anywhere in the value, so that it cannot go through a parser of doubles. */
export function hasExactNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isExactNumber(value)) return true;
  return Object.values(value).some(hasExactNumber);
}

const MARK = '$number';
const MARKED = /^\$+number$/;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * The same value for stores that parse to doubles (jsonb, Temporal): exact numbers become `{"$number": "1.0"}`. An object
 * that looks like one gets a second `$`. `fromStored` is the way back. A value that needs neither is answered as it is.
 */
export function toStored<T>(value: T): T {
  return needsMarks(value) ? (marked(value as Json) as T) : value;
}

function needsMarks(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || writesItself(value)) return false;
  if (isExactNumber(value)) return true;
  return onlyMark(value) !== undefined || Object.values(value).some(needsMarks);
}

/** Dates and bytes have words of their own for JSON. */
const writesItself = (value: object): boolean => 'toJSON' in value || ArrayBuffer.isView(value);

function marked(value: Json): Json {
  if (typeof value !== 'object' || value === null || writesItself(value)) return value;
  if (isExactNumber(value)) return { [MARK]: JSON.stringify(value) };
  if (Array.isArray(value)) return value.map(marked);
  const name = onlyMark(value);
  if (name !== undefined) return { [`$${name}`]: marked(value[name]!) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item)]));
}

/** Parses what a store holds: `{"$number": "1.0"}` becomes the exact number again. */
export function parseStored(text: string): Json {
  const value = JSON.parse(text) as Json;
  return text.includes(MARK) ? fromStored(value) : value;
}

/** What `toStored` was given. A value without marks is answered as it is. */
export function fromStored<T>(value: T): T {
  return needsMarks(value) ? (unmarked(value as Json) as T) : value;
}

function unmarked(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(unmarked);
  const name = onlyMark(value);
  const inside = name === undefined ? undefined : value[name];
  if (name === MARK && typeof inside === 'string' && NUMBER.test(inside)) return numberOfText(inside);
  if (name !== undefined && name !== MARK) return { [name.slice(1)]: unmarked(inside!) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unmarked(item)]));
}

/** The name of an object's only member, if it is `$number` with one `$` or more. */
function onlyMark(value: object): string | undefined {
  if (Array.isArray(value)) return undefined;
  const [name, second] = Object.keys(value);
  return second === undefined && name !== undefined && MARKED.test(name) ? name : undefined;
}
