import { afterAll, beforeAll, test } from 'vitest';
import { startCrashStack, type CrashStack } from './matrix.ts';

let stack: CrashStack;
beforeAll(async () => {
  stack = await startCrashStack();
});
afterAll(() => stack.stop());

/** One for each state that a payment and a withdrawal can be left in; all points on all rails: crashes.full.ts. */
test.each([
  ['payment.prepared', 'a payment on Solana'],
  ['payment.signed', 'a payment on the EVM chain'],
  ['payment.answered', 'a payment on Solana'],
  ['payment.settled', 'a payment on the EVM chain'],
  ['payment.signed', 'a withdrawal'],
] as const)(
  'a worker killed at %s of %s loses nothing and pays nothing twice',
  (point, job) => stack.crash(point, job),
  180_000,
);
