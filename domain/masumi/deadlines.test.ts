import { describe, expect, test } from 'vitest';
import { checkJob } from './deadlines.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = 1_800_000_000_000;
const defaults = {
  now,
  payBy: now + 12 * HOUR,
  submitResult: now + 24 * HOUR,
  unlock: now + 30 * HOUR,
  externalDisputeUnlock: now + 36 * HOUR,
};

describe('the times of a job', () => {
  test('are feasible by default', () => {
    expect(checkJob(defaults).feasible).toBe(true);
  });

  test.each([
    ['paying in the past', { payBy: now }, 'now', 'payBy'],
    [
      'paying later than five minutes before the result',
      { payBy: defaults.submitResult - 4 * MINUTE },
      'payBy',
      'submitResult',
    ],
    [
      'a result within fifteen minutes',
      { payBy: now + 1, submitResult: now + 14 * MINUTE },
      'now',
      'submitResult',
    ],
    [
      'unlocking sooner than fifteen minutes after the result',
      { unlock: defaults.submitResult + MINUTE },
      'submitResult',
      'unlock',
    ],
    [
      'a dispute sooner than fifteen minutes after unlocking',
      { externalDisputeUnlock: defaults.unlock },
      'unlock',
      'externalDisputeUnlock',
    ],
    [
      'launching within the time that work takes',
      { launch: defaults.submitResult - 44 * MINUTE },
      'launch',
      'submitResult',
    ],
  ])('refuse %s, and name the pair', (_what, over, earlier, later) => {
    expect(checkJob({ ...defaults, ...over })).toMatchObject({
      feasible: false,
      conflict: { earlier, later },
    });
  });

  test('give the last moments to launch and to answer a question', () => {
    const result = checkJob(defaults);
    expect(result.feasible && (defaults.submitResult - result.latest('launch')) / MINUTE).toBe(45);
    expect(result.feasible && (defaults.submitResult - result.latest('input')) / MINUTE).toBe(25);
    expect(result.feasible && (defaults.submitResult - result.latest('result')) / MINUTE).toBe(15);
  });
});
