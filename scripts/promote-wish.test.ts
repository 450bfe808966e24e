import { expect, test } from 'vitest';
import { wishOf } from './promote-wish.ts';

test('without options the configured version becomes current, once all its queues have workers', () => {
  expect(wishOf({})).toEqual({
    kind: 'current',
    buildId: undefined,
    queues: ['engine', 'money', 'llm', 'kodosumi', 'following'],
    waitMs: 60_000,
    once: false,
  });
  expect(wishOf({ once: true })).toMatchObject({ kind: 'current', once: true });
});

test('a ramp names its share, and 0 ends it', () => {
  const ramp = wishOf({ ramp: '12.5', 'build-id': '0.2.0', queues: 'llm, engine', wait: '0' });
  expect(ramp).toEqual({
    kind: 'ramp',
    percent: 12.5,
    buildId: '0.2.0',
    queues: ['engine', 'llm'],
    waitMs: 0,
    once: false,
  });
  expect(wishOf({ ramp: '0' })).toEqual({ kind: 'end-ramp' });
});

test('asking for the status and leaving versions need no version', () => {
  expect(wishOf({ status: true })).toEqual({ kind: 'status' });
  expect(wishOf({ unversioned: true })).toEqual({ kind: 'unversioned' });
});

test('options that contradict each other or cannot be done are refused with the reason', () => {
  expect(() => wishOf({ status: true, unversioned: true })).toThrow('not both');
  expect(() => wishOf({ status: true, ramp: '5' })).toThrow('--status goes with neither');
  expect(() => wishOf({ unversioned: true, 'build-id': 'a' })).toThrow('--unversioned goes with neither');
  expect(() => wishOf({ ramp: '0', 'build-id': 'a' })).toThrow('--ramp 0 ends whatever ramp there is');
  for (const ramp of ['101', '-1', 'half', ''])
    expect(() => wishOf({ ramp })).toThrow('--ramp takes a number from 0 to 100');
  expect(() => wishOf({ wait: 'long' })).toThrow('--wait takes a number');
  expect(() => wishOf({ queues: 'engine,chess' })).toThrow('"chess" is none of them');
});
