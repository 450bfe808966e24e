import { afterAll, beforeAll, test } from 'vitest';
import { startCrashStack, type CrashStack } from './matrix.ts';
import { OTHER_STOPS } from './stops.ts';

let stack: CrashStack;
beforeAll(async () => {
  stack = await startCrashStack();
});
afterAll(() => stack.stop());

test.each(OTHER_STOPS)(
  'a worker stopped at %s of %s until another has done its work does nothing twice when it goes on',
  (point, job) => stack.freeze(point, job),
  400_000,
);
