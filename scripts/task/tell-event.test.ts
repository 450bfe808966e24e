import { expect, test } from 'vitest';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { WorkflowEventType } from '../../schemas/families/reasoning/stream.ts';
import { tellEvent } from './tell-event.ts';

const known = { asset: 'USDC', decimalsOf: (id: string) => (id === 'solana:x/token:mint' ? 6 : undefined) };
const told = (type: WorkflowEventType, data: JsonObject): string | undefined =>
  tellEvent({ workflowId: 'wf_1_0123456789abcdef', type, data, timestamp: 1, seq: 1 }, known);

const payment = {
  asset: 'solana:x/token:mint',
  network: 'solana:x',
  payTo: '7fg5JNnwomjtdYLbmSCLdF8NwBJSCsGPJoyjRqZAdkpF',
  amountMinor: '50000',
};

test.each<[WorkflowEventType, JsonObject, string | undefined]>([
  ['step.started', { step: 'a' }, 'a: started'],
  ['step.progress', { step: 'a', payment: { ...payment, status: 'quoted' } }, undefined],
  [
    'step.progress',
    { step: 'a', payment: { ...payment, status: 'settled', txHash: 'tx1' } },
    'a: paid 0.05 USDC to 7fg5JN…dkpF on solana, transaction tx1',
  ],
  [
    'step.progress',
    { step: 'a', payment: { ...payment, asset: 'other', status: 'settled', txHash: 'tx1' } },
    'a: paid to 7fg5JN…dkpF on solana, transaction tx1',
  ],
  [
    'step.progress',
    { step: 'a', payment: { ...payment, status: 'unknown' } },
    'a: what became of the payment is not known yet; nothing is paid again before the chain tells',
  ],
  ['step.progress', { step: 'a', retrying: true, delay: 1200 }, 'a: tried again after 1.2 s'],
  [
    'step.progress',
    { step: 'a', waiting: { for: 'seller', detail: 'It answers 503.', until: '2026-12-01T00:00:00.000Z' } },
    'a: waits for the seller: It answers 503, until 2026-12-01T00:00:00.000Z at most',
  ],
  ['workflow.planning', { waiting: { for: 'catalogue', detail: 'gone' } }, 'waits for the catalogue: gone'],
  ['step.completed', { step: 'a', result: { time: 377, cost: 0.05 } }, 'a: done in 377 ms, cost 0.05 USDC'],
  ['step.completed', { step: 'a', result: { time: 3, cost: 0 } }, 'a: done in 3 ms'],
  ['step.failed', { step: 'a', result: { error: 'It answered 422.' } }, 'a: FAILED: It answered 422'],
  ['step.compensated', { step: 'a' }, 'a: undone'],
  ['workflow.rolling_back', { reason: 'http_422' }, 'What was done is being undone: http_422.'],
  ['workflow.executing', { plan: {} }, undefined],
])('%s %j', (type, data, line) => expect(told(type, data)).toBe(line));

test('a pause says why, and what makes it go on', () => {
  expect(told('workflow.awaiting_approval', { reason: 'price_changed' })).toBe(
    'Paused (price changed). A service asks another price or payee than was approved: look at the plan and approve it, or decline, and it is undone.',
  );
  expect(told('workflow.awaiting_approval', { reason: 'initial' })).toBe(
    'It waits for approval: nothing is paid before.',
  );
});

test('text of others cannot move the cursor of a terminal', () => {
  expect(told('step.failed', { step: 'a', result: { error: '\u001b[2Jbad\u0007' } })).toBe(
    'a: FAILED: [2Jbad',
  );
});
