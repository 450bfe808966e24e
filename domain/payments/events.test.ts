import { expect, test } from 'vitest';
import { stepCalled, stepCompleted } from './events.ts';

const facts = { intentId: 'pi_1', stepId: 's', network: 'n', asset: 'a', amountMinor: '5', payTo: 'p' };

test('a step is started once, whatever is called again later', () => {
  expect(stepCalled('s', 1, 1)).toMatchObject({ key: 'step.started:s', type: 'step.started' });
  expect(stepCalled('s', 1, 2)).toMatchObject({
    key: 'step.progress:s:1:2',
    data: { step: 's', attempt: 2 },
  });
  expect(stepCalled('s', 2, 1)).toMatchObject({ type: 'step.progress' });
});

test('a paid step tells its payment and the transaction; its key does not depend on who writes it', () => {
  const payment = { ...facts, txHash: '0x1' };
  const event = stepCompleted({
    stepId: 's',
    output: { inline: 1 },
    cost: '5',
    timeMs: 9,
    attempts: 1,
    payment,
  });
  expect(event.key).toBe('step.completed:s');
  expect(event.data['result']).toMatchObject({
    success: true,
    output: 1,
    cost: '5',
    paymentSignature: '0x1',
    payment: { intentId: 'pi_1', status: 'settled', txHash: '0x1' },
  });
  expect(event.step).toMatchObject({ id: 's', status: 'completed', data: { result: event.data['result'] } });
});

test('a large output travels as a reference', () => {
  const output = { ref: 'r', sha256: 'h', size: 40_000 };
  const { data } = stepCompleted({ stepId: 's', output, cost: '0', timeMs: 1, attempts: 1 });
  expect(data['result']).toMatchObject({ outputRef: output });
  expect(data['result']).not.toHaveProperty('output');
});
