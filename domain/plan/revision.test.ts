import { expect, test } from 'vitest';
import { aPaidStep, aPlan, PAY } from '../../tests/workflows/support/fakes.ts';
import { escalated } from './revision.ts';

const quote = {
  ...PAY,
  payTo: '0x07',
  assetId: 'x',
  amount: '150',
  maxTimeoutSeconds: 60,
};

test('asks for the quoted price and payee, and for limits that cover what is done and what is left', () => {
  const plan = aPlan([aPaidStep('done', '10'), aPaidStep('dear', '100'), aPaidStep('later', '5')], {
    limits: { maxTotalAmount: '115', maxPerTransaction: '100', allowedRecipients: ['0x02'] },
  });
  expect(escalated(plan, [{ id: 'dear', quote }], 10n, ['done'])).toEqual({
    upTo: 165n,
    change: {
      limits: { maxTotalAmount: '165', maxPerTransaction: '150', allowedRecipients: ['0x02', '0x07'] },
      steps: [{ id: 'dear', estimatedCost: '150', maxPrice: '150', pay: { ...PAY, payTo: '0x07' } }],
    },
  });
});

test('changes nothing but the revision when only time or balance ran out', () => {
  const plan = aPlan([aPaidStep('a', '10')]);
  expect(escalated(plan, [{ id: 'a', quote: undefined }], 0n, [])).toEqual({
    upTo: 10n,
    change: { limits: plan.limits, steps: [] },
  });
});
