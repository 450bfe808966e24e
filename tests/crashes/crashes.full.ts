import { afterAll, beforeAll, expect, test } from 'vitest';
import { families } from '../../families/index.ts';
import { vocabularyOf } from '../../families/vocabulary.ts';
import { startCrashStack, type CrashStack } from './matrix.ts';
import { MATRIX } from './points.ts';

let stack: CrashStack;
beforeAll(async () => {
  stack = await startCrashStack();
});
afterAll(() => stack.stop());

test('every point is in the matrix', () => {
  expect(new Set(MATRIX.map(([point]) => point))).toEqual(new Set(vocabularyOf(families).crashPoints));
});

test.each(MATRIX)(
  'a worker killed at %s of %s loses nothing and pays nothing twice',
  (point, job) => stack.crash(point, job),
  300_000,
);
