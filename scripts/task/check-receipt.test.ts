import { expect, test } from 'vitest';
import type { Checked } from '../../domain/receipts/on-chains.ts';
import type { Receipt } from '../../schemas/core/receipt.ts';
import { receiptLines, untilFinal } from './check-receipt.ts';

const receipt = (final: boolean): Receipt => ({ final }) as unknown as Receipt;
const finding = (link: string, verdict: Checked['verdict'], detail = ''): Checked => ({
  link,
  verdict,
  detail,
});

test('what was checked is told once each, and what does not hold in full', () => {
  const findings = [
    finding('signature', 'ok'),
    finding('section run', 'ok'),
    finding('section plan', 'ok'),
    finding('plan 1', 'ok'),
    finding('payment pi_1', 'ok'),
    finding('payment pi_2', 'ok'),
    finding('consent to pi_1', 'ok'),
    finding('chain of pi_1', 'failed', 'the chain knows no such transaction'),
    finding('input', 'unchecked'),
  ];
  expect(receiptLines({ receipt: receipt(true), findings, isTrusted: true })).toEqual([
    '  checked: signature, sections, plan, payment, consent',
    '  not checked: input',
    '  FAILED       chain of pi_1  the chain knows no such transaction',
    '  7 ok, 1 failed, 1 not checked.',
    '  This receipt is not to be believed.',
  ]);
});

test('a receipt is asked for until it is final, the time is over, or it was interrupted', async () => {
  const stop = new AbortController();
  let asked = 0;
  const get = (): Promise<Receipt> => Promise.resolve(receipt(++asked === 3));
  const pause = (): Promise<void> => Promise.resolve();
  const within = { until: Date.now() + 60_000, pause, interrupted: stop.signal };
  expect(await untilFinal(get, within)).toEqual(receipt(true));
  expect(asked).toBe(3);
  expect(await untilFinal(get, { ...within, until: 0 })).toEqual(receipt(false));
  stop.abort();
  expect(await untilFinal(get, within)).toEqual(receipt(false));
  expect(asked).toBe(5);
});
