import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fromStored,
  hasExactNumber,
  isExactNumber,
  parseExact,
  parseStored,
  toStored,
} from './exact-json.ts';

const DIGITS = [
  '9007199254740993',
  '7615917337495251231',
  '-9007199254740993',
  '1e400',
  '1E+2',
  '0.1000000000000000055511151231257827',
  '-0',
  '-0.0',
  '1.0',
  '19.90',
  '1e-400',
];

describe('a number', () => {
  test.each(DIGITS)('%s is written as it was read, alone and anywhere', (text) => {
    expect(isExactNumber(parseExact(text))).toBe(true);
    for (const whole of [text, `[${text}]`, `{"a":{"b":[1,${text}]},"c":"${text}"}`])
      expect(JSON.stringify(parseExact(whole))).toBe(whole);
  });

  test.each(['0', '1', '-1', '0.1', '1.5', '9007199254740991', '1e-7', '1e+21'])(
    '%s is a plain number, because a double writes it alike',
    (text) => expect(parseExact(text)).toBe(Number(text)),
  );

  test.each(['NaN', 'Infinity', '-Infinity', '01', '1.', '.5', '+1', '0x10', '1n', ''])(
    '"%s" is no JSON',
    (text) => expect(() => parseExact(text)).toThrow(SyntaxError),
  );
});

test('nesting without end is parsed and does not end the process', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  expect(Array.isArray(parseExact(deep))).toBe(true);
});

test('a property named __proto__ stays a property', () => {
  expect(JSON.stringify(parseExact('{"__proto__":{"x":1.0}}'))).toBe('{"__proto__":{"x":1.0}}');
});

describe('what a store of doubles holds', () => {
  const stored = (value: unknown): string => JSON.stringify(toStored(value));

  test('is the same text without exact numbers, and marks of digits with them', () => {
    const plain = { a: [1, 'x', null, true] };
    expect(toStored(plain)).toBe(plain);
    expect(stored(parseExact('{"id":7615917337495251231,"n":1}'))).toBe(
      '{"id":{"$number":"7615917337495251231"},"n":1}',
    );
  });

  test.each(DIGITS)('keeps %s through any parser of doubles', (text) => {
    const through = JSON.stringify(JSON.parse(stored(parseExact(`{"a":[${text}]}`))));
    expect(JSON.stringify(parseStored(through))).toBe(`{"a":[${text}]}`);
  });

  test('tells a number from an object that looks like one', () => {
    for (const look of [
      '{"$number":"5.0"}',
      '{"$$number":"x"}',
      '{"$number":5}',
      '{"$number":{"$number":"1"}}',
    ])
      expect(JSON.stringify(parseStored(stored(parseExact(look))))).toBe(look);
    expect(JSON.stringify(parseStored('{"$number":"not a number"}'))).toBe('{"$number":"not a number"}');
  });

  test('is the way back for every JSON value', () => {
    const number = fc.constantFrom(...DIGITS, '1', '2.5');
    const key = fc.constantFrom('a', '$number', '$$number', '__proto__', '');
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        number,
        fc.constantFrom('"1.0"', 'null', 'true'),
        fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join()}]`),
        fc
          .uniqueArray(fc.tuple(key, tie('json')), { maxLength: 3, selector: ([name]) => name })
          .map((entries) => `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${item}`).join()}}`),
      ),
    }));
    fc.assert(
      fc.property(json, (text) => {
        const value = parseExact(text);
        const kept = JSON.parse(stored(value)) as never;
        expect(hasExactNumber(kept)).toBe(false);
        expect(JSON.stringify(fromStored(kept))).toBe(text);
      }),
    );
  });

  test('leaves dates to themselves', () => {
    const value = { at: new Date(0), n: parseExact('1.0') };
    expect(stored(value)).toBe('{"at":"1970-01-01T00:00:00.000Z","n":{"$number":"1.0"}}');
  });
});
