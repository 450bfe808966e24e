import { expect, test } from 'vitest';
import { parseExact } from './exact-json.ts';
import { hashable } from './hashable.ts';

const told = (text: string): string => JSON.stringify(hashable(parseExact(text)));

test.each([
  ['1.0', '1'],
  ['[19.90,1e2,-0]', '[19.9,100,0]'],
  ['1E21', '1e+21'],
  ['{"id":9007199254740993}', '{"id":{"$number":"9007199254740993"}}'],
  ['9007199254740993.0', '{"$number":"9007199254740993"}'],
  ['10e399', '{"$number":"1e400"}'],
  ['0.1000000000000000055511151231257827', '{"$number":"0.1000000000000000055511151231257827"}'],
])('%s is hashed as %s', (text, expected) => expect(told(text)).toBe(expected));

test('a value that doubles hold is hashed as it is', () => {
  const value = { a: [1, 'x'] };
  expect(hashable(value)).toBe(value);
});

test('what was made hashable stays the same, so that a receipt is hashed as it is written', () => {
  const once = hashable(parseExact('{"id":9007199254740993,"n":[1.0,1e400]}'));
  expect(hashable(parseExact(JSON.stringify(once)))).toEqual(once);
});
