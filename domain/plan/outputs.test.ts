import { expect, test } from 'vitest';
import { outputsFor } from './outputs.ts';

test('only what a mapping begins with is taken', () => {
  const outputs = { a: { inline: 1 }, b: { inline: 2 }, c: { inline: 3 } };
  expect(outputsFor({ x: 'a', y: 'c.d[0].e', z: 'gone' }, outputs)).toEqual({ a: outputs.a, c: outputs.c });
  expect(outputsFor(undefined, outputs)).toEqual({});
});
