import { expect, test } from 'vitest';
import { surplusLine, targetOf } from './surplus-lines.ts';

test('a surplus belongs to exactly one of a user, a run and the operator', () => {
  expect(targetOf({ user: 'ada', operator: false })).toEqual({ user_id: 'ada' });
  expect(targetOf({ run: 'wf_1', operator: false })).toEqual({ run_id: 'wf_1' });
  expect(targetOf({ operator: true })).toBe('operator');
  expect(() => targetOf({ operator: false })).toThrow(/Say one of/);
  expect(() => targetOf({ user: 'ada', operator: true })).toThrow(/Say one of/);
});

test('a surplus is shown with its decimals, whoever sent it', () => {
  const assets = [{ id: 's:1/t', code: 'USDC', network: 's:1', address: 't', decimals: 6 }];
  const row = { id: 'sur_1', asset: 's:1/t', network: 's:1', booked: '70000', tx_hash: 'T', sender: 'W' };
  expect(surplusLine({ assets }, row)).toBe('sur_1  0.07 USDC  from W  in T on s:1');
  expect(surplusLine({ assets }, { ...row, sender: '' })).toContain('from nobody that the chain names');
  expect(surplusLine({ assets: [] }, row)).toContain('70000 s:1/t');
});
