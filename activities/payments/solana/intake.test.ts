import { expect, test } from 'vitest';
import { cut } from './intake.ts';

const listed = (...slots: number[]): [string, number][] => slots.map((slot, at) => [`${at}`, slot]);

test('a look that can read all reads up to the newest final slot', () => {
  expect(cut(listed(9, 5, 7), 20, 3)).toEqual({
    some: [
      ['1', 5],
      ['2', 7],
      ['0', 9],
    ],
    through: 20,
  });
});

test('a look that can not reads the oldest, and nothing of a slot without the rest of it', () => {
  const { some, through } = cut(listed(9, 5, 7, 7, 8), 20, 2);
  expect(some.map(([, slot]) => slot)).toEqual([5, 7, 7]);
  expect(through).toBe(7);
  expect(cut(listed(4, 4, 4), 20, 2)).toMatchObject({ through: 20 });
});
