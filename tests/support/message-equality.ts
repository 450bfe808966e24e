import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Guard } from '../../domain/messages/read.ts';

/** A message in both its forms, and one of it with every field that there is. */
export interface Message {
  guard: Guard<unknown>;
  schema: z.ZodType;
  whole: unknown;
}

const LENGTHS = [
  0, 1, 100, 101, 128, 129, 200, 201, 300, 301, 500, 501, 1000, 1001, 4000, 4001, 10_000, 10_001,
];

/** What is put in the place of a field: near its bounds, of another type, or such as no store takes. */
const strange = fc.oneof(
  fc.constantFrom(...LENGTHS).map((length) => 'x'.repeat(length)),
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    8.64e15,
    8.64e15 + 1,
    2 ** 60,
    '',
    '5',
    '-5',
    '1e3',
    '5.0',
    ' 5',
    '9'.repeat(78),
    '9'.repeat(79),
    'a\0b',
    '\ud800',
    'é'.repeat(64),
    [],
    [5],
    ['a'],
    ['\0'],
    {},
    { a: '\0' },
    { a: { '\0': 1 } },
  ),
  fc.integer({ min: 1, max: 102 }).map((length) => Array.from({ length }, () => 'x')),
  fc.integer({ min: 60, max: 70 }).map(nested),
  fc.jsonValue(),
);

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { a: value } : [value];
  return { a: value };
}

/** Messages travel as JSON. */
const asSent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const names = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];

/** The whole message with some fields left out, one changed, and now and then one that does not belong there. */
function variants(whole: unknown): fc.Arbitrary<unknown> {
  if (typeof whole !== 'object' || whole === null) return fc.oneof(fc.constant(whole), strange);
  const paths = Object.entries(whole).flatMap(([name, item]) => [
    [name],
    ...names(item).map((inner) => [name, inner]),
  ]);
  const change = fc.oneof(
    fc.record({ kind: fc.constant('drop'), path: fc.constantFrom(...paths), to: fc.constant(0) }),
    fc.record({ kind: fc.constant('set'), path: fc.constantFrom(...paths), to: strange }),
    fc.record({
      kind: fc.constant('set'),
      path: fc.constantFrom(
        ['plan_hash'],
        ['Preview'],
        ['limits', 'max'],
        ['authority', 'x'],
        ['updateid'],
        ['toString'],
      ),
      to: strange,
    }),
  );
  return fc.array(change, { maxLength: 3 }).map((changes) => {
    const copy = structuredClone(whole) as { [name: string]: unknown };
    for (const { kind, path, to } of changes) apply(copy, kind, path, to);
    return copy;
  });
}

function apply(copy: { [name: string]: unknown }, kind: string, path: readonly string[], to: unknown): void {
  const [first = '', second] = path;
  const inner = copy[first];
  const [target, name] =
    second !== undefined && typeof inner === 'object' && inner !== null
      ? [inner as { [name: string]: unknown }, second]
      : [copy, first];
  if (kind === 'drop') delete target[name];
  else target[name] = to;
}

/** Tests that guard and schema of a message are equal, on messages that are nearly right and on anything else. */
export function testEquality(name: string, { guard, schema, whole }: Message): void {
  describe(`the guard of ${name}`, () => {
    test('takes the whole message, and what it reads is what was sent', () => {
      expect(guard(whole)).toEqual({ ok: true, value: whole });
      expect(schema.parse(whole)).toEqual(whole);
    });

    test('takes what the schema takes, and nothing else', () => {
      fc.assert(
        fc.property(fc.oneof(variants(whole), strange).map(asSent), (sent) => {
          const parsed = schema.safeParse(sent);
          const read = guard(sent);
          expect({ sent, ok: read.ok }).toEqual({ sent, ok: parsed.success });
          if (read.ok) expect(read.value).toEqual(parsed.data);
        }),
        { numRuns: 1000 },
      );
    });

    test('reads half of what is generated, so that neither answer goes untested', () => {
      const sent = fc.sample(variants(whole), { numRuns: 500, seed: 1 });
      const taken = sent.filter((one) => guard(one).ok).length;
      expect(taken).toBeGreaterThan(50);
      expect(taken).toBeLessThan(450);
    });
  });
}
