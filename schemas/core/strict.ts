import { z } from 'zod';

/** Fields that a body may not have, with why: "period": "it decides what was counted". */
type Refusals = Readonly<Record<string, string>>;

/**
 * An object without fields of other names. A misspelt field is refused with the one that was probably meant, and a field of
 * `refused` with why it cannot be given.
 */
export function strict<Shape extends z.ZodRawShape>(shape: Shape, refused: Refusals = {}) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys' && Array.isArray(keys)
        ? keys.map((key) => sayUnknown(key, known, refused)).join(' ')
        : undefined,
  });
}

function sayUnknown(key: string, known: readonly string[], refused: Refusals): string {
  if (Object.hasOwn(refused, key)) return `"${key}" cannot be given: ${refused[key]!}.`;
  const shown = key.length > 40 ? `${key.slice(0, 40)}…` : key;
  const meant = nearestOf(key, known);
  return meant === undefined
    ? `"${shown}" is no field here; there are ${known.join(', ')}.`
    : `"${shown}" is no field here; did you mean "${meant}"?`;
}

const FARTHEST = 3;
const LONGEST = 64;

/** The name that needs the fewest changes, when those are few for its length. */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined;
  const [best] = known
    .map((one) => ({ one, far: distance(plain(name), plain(one)) }))
    .filter(({ one, far }) => far <= Math.min(FARTHEST, Math.floor(one.length / 2)))
    .toSorted((a, b) => a.far - b.far);
  return best?.one;
}

/** "approveAbove" and "approve-above" are as near to "approve_above" as can be. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Levenshtein's distance. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [i, char] of Array.from(from).entries()) {
    const next = [i + 1];
    for (let at = 1; at <= to.length; at += 1)
      next.push(Math.min(next[at - 1]! + 1, row[at]! + 1, row[at - 1]! + Number(char !== to[at - 1])));
    row = next;
  }
  return row[to.length]!;
}
