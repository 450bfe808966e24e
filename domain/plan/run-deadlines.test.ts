import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlanStep } from './plan.ts';
import { mayStillSign, planConflict } from './run-deadlines.ts';

describe('before a signature', () => {
  const times = { nowMs: 1000, approvalEndMs: 5000, runEndMs: 4000, usualMs: 500 };

  test('what can be used in time may be signed until the first of the two ends', () => {
    expect(mayStillSign(times)).toEqual({ kind: 'sign', beforeMs: 4000 });
    expect(mayStillSign({ ...times, runEndMs: Infinity })).toEqual({ kind: 'sign', beforeMs: 5000 });
  });

  test('an answer that would come after the end of the run is not paid for', () => {
    expect(mayStillSign({ ...times, usualMs: 3500 })).toEqual({
      kind: 'too_late',
      for: 'run',
      message:
        'the end of the time that the run may take comes 500 ms too early after now: the service usually takes 3500 ms.',
    });
  });

  test('after the approval has expired nothing is signed', () => {
    expect(mayStillSign({ ...times, nowMs: 5001, runEndMs: 9000 })).toMatchObject({
      kind: 'too_late',
      for: 'approval',
    });
  });

  test('never signs what ends too late, and never refuses what does not', () => {
    const ms = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(ms, ms, ms, ms, (nowMs, approvalEndMs, runEndMs, usualMs) => {
        const fits = nowMs <= approvalEndMs && nowMs + usualMs <= runEndMs;
        expect(mayStillSign({ nowMs, approvalEndMs, runEndMs, usualMs }).kind).toBe(
          fits ? 'sign' : 'too_late',
        );
      }),
    );
  });
});

describe('a plan', () => {
  const step = (id: string, estimatedTime: number, estimatedCost: string, ...dependencies: string[]) =>
    ({ id, estimatedTime, estimatedCost, dependencies }) as PlanStep;
  const steps = [
    step('a', 1000, '5'),
    step('b', 2000, '0', 'a'),
    step('c', 500, '5', 'b'),
    step('d', 3000, '0'),
  ];
  const limits = { maxTimeMs: 10_000, approvalTtlMs: 10_000 };

  test('that usually fits its times has no conflict', () => {
    expect(planConflict({ steps }, limits)).toBeUndefined();
    expect(planConflict({ steps }, { maxTimeMs: 3500, approvalTtlMs: 3000 })).toBeUndefined();
  });

  test('whose longest way takes longer than the run may says by how much', () => {
    expect(planConflict({ steps }, { ...limits, maxTimeMs: 3000 })).toBe(
      'the end of the time that the run may take comes 500 ms too early after the approval: the plan usually takes 3500 ms.',
    );
  });

  test('whose last payment comes after the approval says so', () => {
    expect(planConflict({ steps }, { ...limits, approvalTtlMs: 2000 })).toContain('the end of the approval');
  });
});
