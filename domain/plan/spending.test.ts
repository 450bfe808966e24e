import { describe, expect, test } from 'vitest';
import { aPaidStep, aPlan, PAY } from '../../tests/workflows/support/fakes.ts';
import type { Quote } from '../ports/calling.ts';
import { approvedLimits, checkQuote, payees, type SpendState } from './spending.ts';

const step = aPaidStep('a', '100');
const quote = (overrides: Partial<Quote> = {}): Quote => ({
  ...PAY,
  assetId: 'x',
  amount: '100',
  maxTimeoutSeconds: 60,
  ...overrides,
});
const state = (overrides: Partial<SpendState> = {}): SpendState => ({
  committed: 0n,
  limits: { maxTotalAmount: '100' },
  expiresAtMs: 1000,
  ...overrides,
});

describe('checkQuote', () => {
  test('lets the approved price through, to the last unit and the last millisecond', () => {
    expect(checkQuote(step, quote(), state(), 999)).toBeUndefined();
  });

  test.each<[string, Partial<Quote>, Partial<SpendState>, number, string]>([
    ['an approval that has expired', {}, {}, 1000, 'approval_expired'],
    ['another payee', { payTo: '0x09' }, {}, 0, 'price_changed'],
    ['another asset', { asset: '0x09' }, {}, 0, 'price_changed'],
    ['another network', { network: 'eip155:1' }, {}, 0, 'price_changed'],
    [
      'a price above the step’s maximum',
      { amount: '101' },
      { limits: { maxTotalAmount: '1000' } },
      0,
      'price_changed',
    ],
    [
      'a payee that is not on the list',
      {},
      { limits: { maxTotalAmount: '100', allowedRecipients: ['0x05'] } },
      0,
      'price_changed',
    ],
    [
      'more than one payment may cost',
      {},
      { limits: { maxTotalAmount: '100', maxPerTransaction: '99' } },
      0,
      'cost_overrun',
    ],
    ['more than is left in total', {}, { committed: 1n }, 0, 'cost_overrun'],
    ['more than the user’s own ceiling', {}, { maxCost: '99' }, 0, 'cost_overrun'],
  ])('pauses for %s', (_what, asked, spend, now, reason) => {
    expect(checkQuote(step, quote(asked), state(spend), now)).toBe(reason);
  });

  test('compares EVM addresses without case and Solana addresses with it', () => {
    const evm = aPaidStep('a', '100', { pay: { ...PAY, payTo: '0xAb' } });
    expect(checkQuote(evm, quote({ payTo: '0xaB' }), state(), 0)).toBeUndefined();
    const network = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
    const solana = aPaidStep('a', '100', { pay: { ...PAY, network, payTo: 'Ab' } });
    expect(checkQuote(solana, quote({ network, payTo: 'aB' }), state(), 0)).toBe('price_changed');
  });

  test('pauses a step that was approved as free', () => {
    const { pay: _pay, ...free } = step;
    expect(checkQuote(free, quote(), state(), 0)).toBe('price_changed');
  });
});

test('approvedLimits takes what the approval names and the plan’s for the rest', () => {
  const plan = aPlan([step], { limits: { maxTotalAmount: '100', maxPerTransaction: '50' } });
  expect(approvedLimits(plan, { maxTotalAmount: '80' })).toEqual({
    maxTotalAmount: '80',
    maxPerTransaction: '50',
  });
  expect(approvedLimits(plan, undefined)).toEqual(plan.limits);
});

test('payees are named once each', () => {
  expect(
    payees(aPlan([step, aPaidStep('b', '1'), aPaidStep('c', '1', { pay: { ...PAY, payTo: '0x03' } })])),
  ).toEqual(['0x02', '0x03']);
});
