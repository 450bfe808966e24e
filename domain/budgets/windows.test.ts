import fc from 'fast-check';
import { expect, test } from 'vitest';
import { periodsBetween, windowAt } from './windows.ts';

const createdAtMs = Date.UTC(2026, 0, 1);
const at = (text: string): number => Date.parse(text);
const windowOf = (period: Parameters<typeof windowAt>[0]['period'], text: string) =>
  windowAt({ period, createdAtMs }, at(text), 'wf_1');

test.each([
  [
    'hour',
    '2026-11-30T18:59:59.999Z',
    '2026-11-30T18',
    '2026-11-30T18:00:00.000Z',
    '2026-11-30T19:00:00.000Z',
  ],
  ['day', '2026-11-30T23:59:59.999Z', '2026-11-30', '2026-11-30T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['week', '2026-11-30T00:00:00.000Z', '2026-W49', '2026-11-30T00:00:00.000Z', '2026-12-07T00:00:00.000Z'],
  ['week', '2026-11-29T23:59:59.999Z', '2026-W48', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
  ['week', '2027-01-03T12:00:00.000Z', '2026-W53', '2026-12-28T00:00:00.000Z', '2027-01-04T00:00:00.000Z'],
  ['week', '2024-12-30T12:00:00.000Z', '2025-W01', '2024-12-30T00:00:00.000Z', '2025-01-06T00:00:00.000Z'],
  ['month', '2028-02-29T12:00:00.000Z', '2028-02', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ['month', '2026-12-31T23:59:59.999Z', '2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
] as const)('the %s of %s is %s', (period, now, key, starts, ends) => {
  expect(windowOf(period, now)).toEqual({ key, startsAtMs: at(starts), endsAtMs: at(ends) });
});

test('each run has a period of its own, and all time is one; neither renews', () => {
  expect(windowOf('run', '2026-11-30T18:00:00Z')).toEqual({
    key: 'run:wf_1',
    startsAtMs: createdAtMs,
    endsAtMs: null,
  });
  expect(windowOf('total', '2026-11-30T18:00:00Z')).toEqual({
    key: 'total',
    startsAtMs: createdAtMs,
    endsAtMs: null,
  });
});

test('periods follow each other without a gap and without a key twice', () => {
  const instant = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
  fc.assert(
    fc.property(fc.constantFrom('hour', 'day', 'week', 'month'), instant, (period, nowMs) => {
      const window = windowAt({ period, createdAtMs }, nowMs, 'wf_1');
      const next = windowAt({ period, createdAtMs }, window.endsAtMs!, 'wf_1');
      expect(window.startsAtMs).toBeLessThanOrEqual(nowMs);
      expect(window.endsAtMs!).toBeGreaterThan(nowMs);
      expect(next.startsAtMs).toBe(window.endsAtMs);
      expect(next.key > window.key).toBe(true);
      expect(periodsBetween(period, window.startsAtMs, next.startsAtMs)).toBe(0);
    }),
  );
});

test.each([
  ['hour', '2026-11-30T15:30:00Z', '2026-11-30T18:00:00Z', 2],
  ['day', '2026-11-27T23:00:00Z', '2026-11-30T00:00:00Z', 2],
  ['week', '2026-11-15T00:00:00Z', '2026-11-30T00:00:00Z', 2],
  ['month', '2026-01-31T00:00:00Z', '2026-04-01T00:00:00Z', 2],
  ['month', '2025-12-31T00:00:00Z', '2026-01-01T00:00:00Z', 0],
] as const)('between a %s with %s in it and one from %s lie %i', (period, then, now, count) => {
  expect(periodsBetween(period, at(then), at(now))).toBe(count);
});
