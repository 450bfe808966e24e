import { numberOfText } from '../../domain/exact-json.ts';
import { ApiError } from '../problem.ts';

interface SourceContext {
  source?: string;
}
type Reviver = (this: unknown, key: string, value: unknown, context: SourceContext) => unknown;
// TypeScript's library does not know these two parts of the language yet.
const withSource = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): object;
};

const DEEPEST = 64;
const PLAIN_NUMBER = /^-?\d{1,100}(\.\d{1,100})?$/;

/** A value of the request as it was written. */
class SourceText {
  readonly value: number | string;
  readonly source: string;
  constructor(value: number | string, source: string) {
    this.value = value;
    this.source = source;
  }
}

/** Where a body holds money: dotted paths, `*` for every key. Unless `numbersOnly`, texts may hold amounts, too. */
export interface Money {
  paths: readonly string[];
  numbersOnly?: boolean;
}

/** Which numbers of a body are not read as doubles. `exact`: dotted paths of what is passed on as it was sent. */
export interface Digits {
  money?: Money | undefined;
  exact?: readonly string[] | undefined;
}

type Paths = readonly (readonly string[])[];

/**
 * Parses a request's JSON. Numbers at the paths of `money` become their source text, so no float ever holds them. With
 * `numbersOnly`, texts there become their source text as well, quotes included, so that nobody takes "10" for 10. Numbers at
 * and below the paths of `exact` keep their digits (`domain/exact-json.ts`).
 * Refuses what no database stores: text with U+0000 or broken surrogates, and nesting without end.
 */
export function parseJson(text: string, { money = { paths: [] }, exact = [] }: Digits): unknown {
  checkDepth(text);
  const { paths, numbersOnly = false } = money;
  try {
    if (paths.length + exact.length === 0) return checked(JSON.parse(text), text);
    const marked = withSource.parse(text, (_key, value, { source }) =>
      source !== undefined && (typeof value === 'number' || (numbersOnly && typeof value === 'string'))
        ? new SourceText(value, source)
        : value,
    );
    return checked(unmark(marked, split(paths), split(exact)), text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ApiError('invalid_json', `The body is not valid JSON: ${error.message}.`);
  }
}

const split = (paths: readonly string[]): Paths => paths.map((path) => path.split('.'));

/** A decimal for the wire, digit for digit. Its type is number, because that is what it is on the wire. */
export function rawNumber(text: string): number {
  if (!PLAIN_NUMBER.test(text)) throw new RangeError(`"${text}" is not a plain decimal number.`);
  return withSource.rawJSON(text) as unknown as number;
}

function unmark(value: unknown, money: Paths, exact: Paths): unknown {
  if (value instanceof SourceText) return unmarked(value, money, exact);
  if (Array.isArray(value))
    return value.map((item: unknown, index) =>
      unmark(item, below(money, String(index)), within(exact, String(index))),
    );
  if (typeof value !== 'object' || value === null) return value;
  const result = value as Record<string, unknown>;
  for (const key of Object.keys(result)) {
    const next = unmark(result[key], below(money, key), within(exact, key));
    // An assignment to __proto__ would set the prototype.
    Object.defineProperty(result, key, { value: next, writable: true, enumerable: true, configurable: true });
  }
  return result;
}

function unmarked({ value, source }: SourceText, money: Paths, exact: Paths): unknown {
  if (money.some(isHere)) return source;
  return typeof value === 'number' && exact.some(isHere) ? numberOfText(source) : value;
}

const isHere = (path: readonly string[]): boolean => path.length === 0;

const below = (paths: Paths, key: string): Paths =>
  paths.filter(([head]) => head === key || head === '*').map((path) => path.slice(1));

/** The same for paths that mean everything below them, too. */
const within = (paths: Paths, key: string): Paths => (paths.some(isHere) ? paths : below(paths, key));

/** Stops at the first bracket too deep: recursion over the value is safe afterwards. */
function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 92) i++;
      else if (char === 34) inString = false;
    } else if (char === 34) inString = true;
    else if (char === 123 || char === 91) {
      if (++depth > DEEPEST)
        throw new ApiError('invalid_json', `The body is nested deeper than ${DEEPEST} levels.`);
    } else if (char === 125 || char === 93) depth--;
  }
}

const SUSPICIOUS = /\\u(0000|d[89a-f])/i;

function checked(value: unknown, text: string): unknown {
  if (SUSPICIOUS.test(text)) checkStrings(value, '');
  return value;
}

function checkStrings(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (!isStorable(value)) throw unstorable(path);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (!isStorable(key)) throw unstorable(path);
      checkStrings(item, path === '' ? key : `${path}.${key}`);
    }
  }
}

/** Text that PostgreSQL and JSON both carry unharmed. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

export function unstorable(path: string): ApiError {
  const message = 'Text may not contain U+0000 or unpaired surrogates.';
  return new ApiError('validation_failed', `${path || 'body'}: ${message}`, {
    errors: [{ path, message, code: 'invalid_text' }],
  });
}
