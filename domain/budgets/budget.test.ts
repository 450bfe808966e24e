import { expect, test } from 'vitest';
import type { Asset } from '../../schemas/core/money.ts';
import { counts, covers, toUnits, type BudgetScope, type PaymentScope } from './budget.ts';

const asset: Asset = {
  id: 'eip155:1/erc20:0xa',
  code: 'USDC',
  network: 'eip155:1',
  address: '0xa',
  decimals: 6,
};
const payment: PaymentScope = {
  runId: 'wf_1',
  subject: 'user-1',
  family: 'reasoning',
  service: 'weather',
  payee: '0xABCD',
  asset,
};

test.each<[string, BudgetScope, boolean]>([
  ['nothing', {}, true],
  ['its user and its family', { subject: 'user-1', family: 'reasoning' }, true],
  ['its user and another family', { subject: 'user-1', family: 'masumi' }, false],
  ['its service', { service: 'weather' }, true],
  ['another service', { service: 'news' }, false],
  ['an agent, though it has none', { agent: 'agent-1' }, false],
  ['its payee, written otherwise', { payee: '0xabcd' }, true],
  ['another payee', { payee: '0xabce' }, false],
])('a budget that names %s applies: %#', (_name, appliesTo, applies) => {
  expect(covers({ id: 'bud_1', appliesTo }, payment)).toBe(applies);
});

test('the budget that a run pays from applies to all its payments, whatever it names', () => {
  const budget = { id: 'bud_1', appliesTo: { family: 'other' } };
  expect(covers(budget, { ...payment, funding: 'bud_1' })).toBe(true);
  expect(covers(budget, { ...payment, funding: 'bud_2' })).toBe(false);
});

test('Solana addresses are read with their case', () => {
  const onSolana = { ...payment, payee: 'Abc', asset: { ...asset, network: 'solana:x' } };
  expect(covers({ id: 'bud_1', appliesTo: { payee: 'Abc' } }, onSolana)).toBe(true);
  expect(covers({ id: 'bud_1', appliesTo: { payee: 'abc' } }, onSolana)).toBe(false);
});

test('a budget counts its own asset, or all of its unit', () => {
  const groups = [{ name: 'USD', decimals: 2, assets: [asset.id] }];
  expect(counts({ asset: asset.id }, asset, groups)).toBe(true);
  expect(counts({ asset: 'eip155:1/erc20:0xb' }, asset, groups)).toBe(false);
  expect(counts({ unit: 'USD' }, asset, groups)).toBe(true);
  expect(counts({ unit: 'EUR' }, asset, groups)).toBe(false);
  expect(counts({ unit: 'USD' }, asset, [])).toBe(false);
});

test.each([
  [1_000_000n, 6, 2, 100n],
  [1_000_001n, 6, 2, 101n],
  [1n, 18, 6, 1n],
  [0n, 18, 6, 0n],
  [5n, 2, 6, 50_000n],
  [7n, 6, 6, 7n],
])('%s minor units of %i decimals count as %s of %i: never less than they are', (amount, from, to, units) => {
  expect(toUnits(amount, from, to)).toBe(units);
});
