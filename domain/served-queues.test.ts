import { expect, test } from 'vitest';
import { isServed, nobodyServes } from './served-queues.ts';

const NOW = 1_900_000_000_000;
const ago = (seconds: number): number => NOW - seconds * 1000;

test.each([
  ['nobody ever asked for work', undefined, undefined, false],
  ['the last worker asked more than a minute and a half ago', 91, undefined, false],
  ['a worker asked a minute ago, as an idle one does', 60, undefined, true],
  ['a task waits, and nobody has asked since it came', 40, 11, false],
  ['a task has just come, and the worker that asked before gets it', 40, 2, true],
  ['tasks wait for long, and workers ask all the time: there are too few, but there are some', 1, 300, true],
] as const)('%s', (_case, asked, waits, served) => {
  const traffic = {
    lastAskedAt: asked === undefined ? undefined : ago(asked),
    waitsSince: waits === undefined ? undefined : ago(waits),
  };
  expect(isServed(traffic, NOW)).toBe(served);
});

test('every queue without a worker is named, with the command that mends it', () => {
  expect(nobodyServes(['steward'])).toBe('no worker serves the queue steward: start one with npm run worker');
  expect(nobodyServes(['steward', 'steward-money'])).toContain('the queues steward, steward-money:');
});
