import { afterAll, beforeAll, test } from 'vitest';
import type { CrashPoint } from '../../domain/crash-points.ts';
import type { JobPoint } from '../../domain/masumi/crash-points.ts';
import { startCrashStack, type CrashStack } from './matrix.ts';
import { MATRIX } from './points.ts';

let stack: CrashStack;
beforeAll(async () => {
  stack = await startCrashStack();
});
afterAll(() => stack.stop());

/** What is sent differs on EVM; the code of the other points is the same for both rails. */
const ON_EVM: ReadonlySet<CrashPoint | JobPoint> = new Set(['payment.signed', 'payment.submitted']);
const STOPS = MATRIX.filter(([point, job]) => job !== 'a payment on the EVM chain' || ON_EVM.has(point));

test.each(STOPS)(
  'a worker stopped at %s of %s until another has done its work does nothing twice when it goes on',
  (point, job) => stack.freeze(point, job),
  400_000,
);
