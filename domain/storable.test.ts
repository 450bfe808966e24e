import { expect, test } from 'vitest';
import type { Json } from '../schemas/core/json.ts';
import { isStorable, storableJson, storableText } from './storable.ts';

test('text that nothing is wrong with stays as it is, emoji included', () => {
  const value = { a: ['😀', 'back\\u0000slash', 1.5, null, true] };
  expect(storableJson(value)).toBe(value);
});

test('U+0000 and halves of surrogate pairs are replaced in values and names', () => {
  expect(storableText('a\0b\ud800')).toBe('a\ufffdb\ufffd');
  expect(storableJson({ 'a\0': [{ x: '\udc00!' }] })).toEqual({ 'a\ufffd': [{ x: '\ufffd!' }] });
});

test('what is nested deeper than 64 levels is cut there, without recursion to its end', () => {
  const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as Json;
  expect(isStorable(deep)).toBe(false);
  expect(JSON.stringify(storableJson(deep))).toBe(`${'['.repeat(64)}"..."${']'.repeat(64)}`);
});

test('names that objects inherit stay plain properties', () => {
  const value = storableJson(JSON.parse('{"__proto__":{"x":"\\u0000"}}') as Json);
  expect(JSON.stringify(value)).toBe('{"__proto__":{"x":"\ufffd"}}');
});
