import { afterAll, beforeAll, expect, test } from 'vitest';
import { CRASH_POINTS } from '../../domain/crash-points.ts';
import { startCrashStack, type CrashStack } from './matrix.ts';
import { MATRIX } from './points.ts';

let stack: CrashStack;
beforeAll(async () => {
  stack = await startCrashStack();
});
afterAll(() => stack.stop());

test('every crash point is in the matrix', () => {
  expect(new Set(MATRIX.map(([point]) => point))).toEqual(new Set(Object.keys(CRASH_POINTS)));
});

test.each(MATRIX)(
  'a worker killed at %s of %s loses nothing and pays nothing twice',
  (point, job) => stack.crash(point, job),
  300_000,
);
