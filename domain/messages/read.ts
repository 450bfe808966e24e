import { isStorable } from '../storable.ts';

/** What a message says, or why it cannot be read, in words for whoever sent it. */
export type Read<T> = { ok: true; value: T } | { ok: false; problem: string };

/**
 * Reads one message, or one field of it. Messages come as JSON and may have been written by hand. A guard is pure and
 * synchronous, so that workflows may use it: their validators cannot wait, and zod stays outside their sandbox. The schema of
 * the same message is in `schemas/`; `guards.test.ts` holds both equal.
 */
export type Guard<T> = (value: unknown) => Read<T>;

/** What a guard reads. */
export type Guarded<G> = G extends Guard<infer T> ? T : never;

const bad = (problem: string): { ok: false; problem: string } => ({ ok: false, problem });

const when =
  <T>(isIt: (value: unknown) => value is T, otherwise: string): Guard<T> =>
  (value) =>
    isIt(value) ? { ok: true, value } : bad(otherwise);

/** Text that can be stored: no U+0000, no half of a surrogate pair. Lengths are UTF-16 units. */
export const text = (longest: number, shortest = 0): Guard<string> =>
  when(
    (value): value is string =>
      typeof value === 'string' && value.length >= shortest && value.length <= longest && isStorable(value),
    `must be text of ${shortest} to ${longest} characters`,
  );

/** Whole minor units, as digits. */
export const digits: Guard<string> = when(
  (value): value is string => typeof value === 'string' && /^\d{1,78}$/.test(value),
  'must be whole minor units, written as digits',
);

export const whole = (least: number, most: number): Guard<number> =>
  when(
    (value): value is number =>
      Number.isSafeInteger(value) && least <= Number(value) && Number(value) <= most,
    `must be a whole number from ${least} to ${most}`,
  );

export const bool: Guard<boolean> = when(
  (value): value is boolean => typeof value === 'boolean',
  'must be true or false',
);

/** A duration or another number that is not negative. */
export const amount: Guard<number> = when(
  (value): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  'must be a number of 0 or more',
);

export const oneOf = <const T extends string>(words: readonly T[]): Guard<T> =>
  when(
    (value): value is T => typeof value === 'string' && (words as readonly string[]).includes(value),
    `must be one of ${words.join(', ')}`,
  );

/** The guard's value, or null. */
export const orNull =
  <T>(guard: Guard<T>): Guard<T | null> =>
  (value) =>
    value === null ? { ok: true, value } : guard(value);

export const listOf =
  <T>(guard: Guard<T>, most: number): Guard<T[]> =>
  (value) => {
    if (!Array.isArray(value) || value.length > most) return bad(`must be a list of at most ${most}`);
    const values: T[] = [];
    for (const item of value) {
      const read = guard(item);
      if (!read.ok) return bad(`has an item that ${read.problem}`);
      values.push(read.value);
    }
    return { ok: true, value: values };
  };

type Fields = { readonly [name: string]: Guard<unknown> };
type Needed<F extends Fields> = { [name in keyof F]: Guarded<F[name]> };
type Optional<F extends Fields> = { [name in keyof F]?: Guarded<F[name]> };

/**
 * An object with these fields and no others: a misspelt field may be the very one that was to protect its sender
 * ("plan_hash" for "planHash").
 */
export const fields = <N extends Fields, O extends Fields>(
  needed: N,
  optional: O,
): Guard<Needed<N> & Optional<O>> =>
  readFields(needed, optional, (name) => {
    const known = [...Object.keys(needed), ...Object.keys(optional)].join(', ');
    return `"${name.slice(0, 40)}" is no field of it; there are ${known}`;
  });

/** As `fields`, of an object that may have more; the others are kept as they are. */
export const someFields = <N extends Fields, O extends Fields>(
  needed: N,
  optional: O,
): Guard<Needed<N> & Optional<O>> => readFields(needed, optional, () => undefined);

const isPlain = (value: unknown): value is { [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readFields<N extends Fields, O extends Fields>(
  needed: N,
  optional: O,
  refuse: (name: string) => string | undefined,
): Guard<Needed<N> & Optional<O>> {
  return (value) => {
    if (!isPlain(value)) return bad('must be an object');
    const read = new Map<string, unknown>();
    for (const [name, item] of Object.entries(value)) {
      const isNeeded = Object.hasOwn(needed, name);
      if (!isNeeded && !Object.hasOwn(optional, name)) {
        const problem = refuse(name);
        if (problem !== undefined) return bad(problem);
        read.set(name, item);
      } else if (item !== undefined) {
        const found = (isNeeded ? needed : optional)[name]!(item);
        if (!found.ok) return bad(`${name} ${found.problem}`);
        read.set(name, found.value);
      }
    }
    const missing = Object.keys(needed).find((name) => !read.has(name));
    if (missing !== undefined) return bad(`${missing} is missing`);
    return { ok: true, value: Object.fromEntries(read) as Needed<N> & Optional<O> };
  };
}

/** Any JSON object that can be stored. */
export const jsonObject: Guard<{ [name: string]: never }> = when(
  (value): value is { [name: string]: never } => isPlain(value) && isStorable(value as never),
  'must be a JSON object that can be stored',
);
