import { expect, test } from 'vitest';
import { PaymentStatus } from '../../schemas/core/payment.ts';
import { previewMoney } from './cancel-preview.ts';

const paid = (step_id: string, status: PaymentStatus) => ({
  id: `pi_${step_id}`,
  step_id,
  asset: 'a',
  amount: '5',
  status,
});
const shown = (step_id: string) => ({ step_id, payment_id: `pi_${step_id}`, asset: 'a', amount: '5' });

test('what settled can come back where its step has an undo, and is sunk where not', () => {
  expect(previewMoney([paid('hotel', 'settled'), paid('report', 'settled')], new Set(['hotel']))).toEqual({
    refundable: [shown('hotel')],
    sunk: [shown('report')],
    unknown: [],
  });
});

test('every payment is in one place at most: signed ones are unknown, unsigned and closed ones nowhere', () => {
  const all = PaymentStatus.options.map((status) => paid(status, status));
  const { refundable, sunk, unknown } = previewMoney(all, new Set());
  expect(refundable).toEqual([]);
  expect(sunk.map(({ step_id }) => step_id)).toEqual(['settled']);
  expect(unknown.map(({ step_id }) => step_id)).toEqual(['signed', 'submitted', 'unknown']);
});
