import { describe, expect, test } from 'vitest';
import type { Asset } from '../../schemas/core/money.ts';
import type { Budget } from './budget.ts';
import { asksPerson, carriedInto, dueAlerts, leftOf, noRoom } from './room.ts';
import { windowAt } from './windows.ts';

const asset: Asset = { id: 'a', code: 'WEI', network: 'eip155:1', address: '0xa', decimals: 18 };
const budget: Budget = {
  id: 'bud_1',
  tenant: 'default',
  name: 'Research',
  appliesTo: {},
  unit: 'USD',
  decimals: 2,
  amount: 1_000n,
  period: 'day',
  mode: 'hard',
  alerts: [0.5, 0.8, 1],
  createdAtMs: Date.UTC(2026, 10, 1, 12),
};
const use = { carried: 0n, held: 200n, spent: 300n, endsAtMs: Date.UTC(2026, 10, 2) };

test('what is left is the amount and what was carried, less what is held and spent, and never below zero', () => {
  expect(leftOf(budget, { carried: 50n, held: 200n, spent: 300n })).toBe(550n);
  expect(leftOf({ amount: 400n }, { carried: 0n, held: 200n, spent: 300n })).toBe(0n);
});

describe('a budget', () => {
  test('lets a payment through up to the last minor unit, and not beyond', () => {
    expect(noRoom(budget, use, asset, 5n * 10n ** 18n)).toBeUndefined();
    expect(noRoom(budget, use, asset, 5n * 10n ** 18n + 1n)).toEqual({
      budget: 'bud_1',
      name: 'Research',
      missing: (10n ** 16n).toString(),
      renewsAtMs: Date.UTC(2026, 10, 2),
      message:
        'Budget "Research" has 5 left in this period, and the payment needs 5.01. It renews at 2026-11-02T00:00:00.000Z.',
    });
  });

  test('that only warns is never in the way', () => {
    expect(noRoom({ ...budget, mode: 'warn' }, use, asset, 10n ** 30n)).toBeUndefined();
  });

  test('that never renews says so', () => {
    const never = noRoom(budget, { ...use, endsAtMs: null }, asset, 10n ** 19n);
    expect(never).toMatchObject({
      renewsAtMs: null,
      message: expect.stringContaining('does not renew') as string,
    });
  });
});

test('a payment that is dearer than a person must see asks one, unless one agreed to it', () => {
  const asking = { ...budget, approveAbove: 100n };
  expect(asksPerson(budget, asset, 10n ** 30n, 0n)).toBe(false);
  expect(asksPerson(asking, asset, 10n ** 18n, 0n)).toBe(false);
  expect(asksPerson(asking, asset, 10n ** 18n + 1n, 0n)).toBe(true);
  expect(asksPerson(asking, asset, 10n ** 18n + 1n, 10n ** 18n)).toBe(true);
  expect(asksPerson(asking, asset, 10n ** 18n + 1n, 10n ** 18n + 1n)).toBe(false);
});

describe('alerts', () => {
  test('are due once a share of the cap is used, what was carried included', () => {
    expect(dueAlerts(budget, { carried: 0n, held: 200n, spent: 299n }, [])).toEqual([]);
    expect(dueAlerts(budget, { carried: 0n, held: 200n, spent: 300n }, [])).toEqual([0.5]);
    expect(dueAlerts(budget, { carried: 1_000n, held: 200n, spent: 300n }, [])).toEqual([]);
    expect(dueAlerts(budget, { carried: 0n, held: 0n, spent: 1_000n }, [0.5])).toEqual([0.8, 1]);
  });

  test('are due at once where nothing may be spent', () => {
    expect(dueAlerts({ amount: 0n, alerts: [1] }, { carried: 0n, held: 0n, spent: 0n }, [])).toEqual([1]);
  });
});

describe('what a new period takes over', () => {
  const rolling = { ...budget, rollover: {} };
  const day = (date: number) => windowAt(budget, Date.UTC(2026, 10, date, 1), 'wf_1');
  const last = { ...use, startsAtMs: Date.UTC(2026, 10, 3) };

  test('is nothing without rollover, and nothing where no period follows', () => {
    expect(carriedInto(budget, day(4), last)).toBe(0n);
    expect(carriedInto({ ...rolling, period: 'total' }, { ...day(4), endsAtMs: null }, undefined)).toBe(0n);
  });

  test('is what the last one had left, and all of those in which nothing was spent', () => {
    expect(carriedInto(rolling, day(4), last)).toBe(500n);
    expect(carriedInto(rolling, day(6), last)).toBe(2_500n);
    expect(carriedInto({ ...rolling, rollover: { cap: 600n } }, day(6), last)).toBe(600n);
  });

  test('counts from the period in which the budget was made', () => {
    expect(carriedInto(rolling, day(1), undefined)).toBe(0n);
    expect(carriedInto(rolling, day(2), undefined)).toBe(1_000n);
    expect(carriedInto(rolling, day(3), undefined)).toBe(2_000n);
  });
});
