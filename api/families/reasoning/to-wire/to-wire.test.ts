import { describe, expect, test } from 'vitest';
import type { EventRow } from '../../../../db/repositories/events.ts';
import { EngineEvent } from '../../../../schemas/core/event.ts';
import { WorkflowEventType } from '../../../../schemas/families/reasoning.ts';
import { toWireEvent } from './events.ts';
import { decimalsById, inWords, money } from './money.ts';
import { wireStatus } from './status.ts';
import { toStepResults } from './steps.ts';

const USDC = { id: 'solana:x/token:m', code: 'USDC', network: 'solana:x', address: 'm', decimals: 6 };
const row = (type: EventRow['type'], data: EventRow['data'] = {}): EventRow => ({
  run_id: 'wf_1_0123456789abcdef',
  seq: 7,
  type,
  data,
  at: new Date(1000),
  tenant: 't',
  family: 'reasoning',
  feed_pos: 1,
});
const onWire = (type: EventRow['type'], data?: EventRow['data']): unknown =>
  JSON.parse(JSON.stringify(toWireEvent(row(type, data), decimalsById([USDC]))));

describe('an event', () => {
  test.each(EngineEvent.options)('%s has a word on the wire and keeps its seq', (type) => {
    const event = onWire(type) as { type: string };
    expect(WorkflowEventType.options).toContain(event.type);
    expect(event).toMatchObject({ workflowId: 'wf_1_0123456789abcdef', seq: 7, timestamp: 1000 });
  });

  test('of a paid step shows its cost in whole units', () => {
    const result = { stepId: 'a', cost: '750000', payment: { asset: USDC.id, amountMinor: '750000' } };
    expect(onWire('step.completed', { step: 'a', result })).toMatchObject({
      data: { step: 'a', result: { cost: 0.75 } },
    });
  });

  test('of a payment is progress of its step', () => {
    const payment = { intentId: 'pi_1', status: 'settled' };
    expect(onWire('payment.settled', { step: 'a', payment })).toMatchObject({
      type: 'step.progress',
      data: { step: 'a', payment },
    });
  });

  test('at the end tells totals in whole units, and nothing of who approved', () => {
    const facts = { totalCost: '1250000', decimals: 6, totalTime: 42, asset: 'USDC' };
    expect(onWire('run.completed', { output: { ok: true }, ...facts })).toMatchObject({
      data: { output: { ok: true }, totalCost: 1.25, totalTime: 42 },
    });
    expect(onWire('run.failed', { error: { code: 'X' }, ...facts })).toMatchObject({
      data: { error: { code: 'X' }, totalCost: 1.25 },
    });
    expect(onWire('approval.granted', { planHash: 'h', by: 'someone' })).toMatchObject({
      data: { planHash: 'h' },
    });
    expect(JSON.stringify(onWire('approval.granted', { planHash: 'h', by: 'someone' }))).not.toContain(
      'someone',
    );
  });
});

test('a status is the contract’s: approved between the grant and the first work', () => {
  const granted = { planHash: 'h2', approval: { planHash: 'h2' } };
  expect([
    wireStatus({ status: 'created', view: {} }),
    wireStatus({ status: 'awaiting_input', view: {} }),
    wireStatus({ status: 'awaiting_approval', view: { planHash: 'h1' } }),
    wireStatus({ status: 'awaiting_approval', view: granted }),
    wireStatus({ status: 'awaiting_approval', view: { ...granted, planHash: 'h3' } }),
    wireStatus({ status: 'running', view: granted }),
    wireStatus({ status: 'compensating', view: granted }),
  ]).toEqual([
    'planning',
    'awaiting_input',
    'awaiting_approval',
    'approved',
    'awaiting_approval',
    'executing',
    'rolling_back',
  ]);
});

test('money is written digit for digit, and in sentences with a decimal', () => {
  expect(JSON.stringify([money('9007199254740993000001', 6), money('1', 18), money('2000000', 6)])).toBe(
    '[9007199254740993.000001,0.000000000000000001,2]',
  );
  expect([inWords('2'), inWords('0.5')]).toEqual(['2.0', '0.5']);
});

test('a step that was paid but gave nothing still shows what it cost', () => {
  const failed = {
    stepId: 'a',
    status: 'failed',
    success: false,
    cost: '0',
    code: 'PAID_NO_OUTPUT',
    error: 'nothing came',
  };
  const payment = {
    id: 'pi',
    step_id: 'a',
    status: 'settled',
    network: 'n',
    asset: 'x',
    amount: '500000',
    pay_to: 'p',
    tx_hash: 'tx',
  } as const;
  const results = toStepResults(
    [{ step_id: 'a', status: 'failed', data: { attempts: 2, result: failed } }],
    [payment],
    6,
  );
  expect(JSON.parse(JSON.stringify(results))).toEqual({
    a: {
      stepId: 'a',
      status: 'failed',
      success: false,
      cost: 0.5,
      time: 0,
      attempts: 2,
      code: 'PAID_NO_OUTPUT',
      error: 'nothing came',
      paymentSignature: 'tx',
      payment: { intentId: 'pi', status: 'settled', network: 'n', amountMinor: '500000', payTo: 'p' },
    },
  });
});
