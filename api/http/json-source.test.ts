import { expect, test } from 'vitest';
import { z } from 'zod';
import { JsonObject } from '../../schemas/core/json.ts';
import { safeParseExact } from './exact-body.ts';
import { parseJson } from './json-source.ts';

const BODY =
  '{"limit":2.0,"metadata":{"id":9007199254740993,"n":[1.0,-0,1e400,0.1000000000000000055511151231257827]},"maxCost":0.10}';
const Body = z.object({ limit: z.number(), metadata: JsonObject, maxCost: z.string() });
const read = (text: string): unknown =>
  parseJson(text, { money: { paths: ['maxCost'] }, exact: ['metadata'] });

test('numbers of passed-on fields keep their digits, money is text, and the others are numbers', () => {
  const { data } = safeParseExact(Body, read(BODY));
  expect(JSON.stringify(data)).toBe(BODY.replace('2.0', '2').replace('0.10}', '"0.10"}'));
  expect(data?.limit).toBe(2);
});

test('a schema judges what stands beside exact numbers as ever', () => {
  const parsed = safeParseExact(Body, read(BODY.replace('"limit":2.0', '"limit":"x"')));
  expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['limit']);
});

test('a property named __proto__ is no way around', () => {
  const { data } = safeParseExact(
    z.object({ metadata: JsonObject }),
    read('{"metadata":{"__proto__":{"a":1.0},"b":1.0}}'),
  );
  expect(Object.getPrototypeOf(data?.metadata)).toBe(Object.prototype);
  expect(JSON.stringify(data?.metadata['b'])).toBe('1.0');
  expect(JSON.stringify(read('{"metadata":{"__proto__":1.0},"__proto__":2.0}'))).toBe(
    '{"metadata":{"__proto__":1.0},"__proto__":2}',
  );
});

test.each(['{"metadata":NaN}', '{"metadata":Infinity}', '{"metadata":01}'])('%s is no JSON', (text) =>
  expect(() => read(text)).toThrow('not valid JSON'),
);
