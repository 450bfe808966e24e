import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import { m, sampleFacts } from './sample-facts.ts';

const treasury = (free: bigint | null, lowBalance = m('20'), highReserve = 5000) => ({
  treasury: { free, lowBalance, highReserve },
});
const ARCHIVE = { id: 'LOG_ARCHIVE', unitPrice: m('0.01') };

describe('rows 1 to 6 reject whatever the service is', () => {
  test('1: an agent that nobody knows', () => {
    expect(decide(sampleFacts({ agent: null }))).toMatchObject({
      action: 'REJECTED',
      reasonCode: 'AGENT_NOT_FOUND',
      remainingAfter: 0n,
      trace: [{ rule: 'AGENT_NOT_FOUND', hit: true }],
    });
  });
  test('2: a service that nobody knows costs nothing', () => {
    const decision = decide(sampleFacts({ service: null }));
    expect(decision).toMatchObject({ action: 'REJECTED', reasonCode: 'SERVICE_NOT_FOUND', cost: 0n });
  });
  test('3: a service that is not active, before a halt', () => {
    const facts = sampleFacts({ service: { active: false }, facts: { halted: true } });
    expect(decide(facts).reasonCode).toBe('SERVICE_INACTIVE');
  });
  test('4: a halt comes before a pause', () => {
    const facts = sampleFacts({ agent: { paused: true }, facts: { halted: true } });
    expect(decide(facts).reasonCode).toBe('PAYMENTS_HALTED');
    expect(decide({ ...facts, halted: false }).reasonCode).toBe('AGENT_PAUSED');
  });
  test('5: a blocked agent, and one that a list of allowed agents leaves out', () => {
    for (const service of [
      { blockedAgents: ['ops-agent'] },
      { allowedAgents: ['user-agent'] },
      { allowedAgents: [] },
      { allowedAgents: ['ops-agent'], blockedAgents: ['ops-agent'] },
    ])
      expect(decide(sampleFacts({ service })).reasonCode).toBe('AGENT_NOT_ALLOWED');
    expect(decide(sampleFacts({ service: { allowedAgents: ['ops-agent'] } })).action).toBe('ALLOWED');
  });
  test('after 5: a burst needs more than five calls and more than 10 MNEE', () => {
    const burst = (calls: number, amount: string) =>
      decide(sampleFacts({ facts: { burst: { calls, amount: m(amount) } } }));
    expect(burst(5, '9.5')).toMatchObject({ reasonCode: 'RISK_BURST', riskLevel: 'RISK_BLOCK' });
    expect(burst(4, '99')).toMatchObject({ action: 'ALLOWED', riskLevel: 'RISK_OK' });
    expect(burst(50, '9')).toMatchObject({ action: 'ALLOWED' });
  });
  test('6: a cost above maxPerCall; the very amount is fine', () => {
    const facts = sampleFacts({ agent: { maxPerCall: m('2') }, service: { unitPrice: m('3') } });
    expect(decide(facts)).toMatchObject({
      reasonCode: 'MAX_PER_CALL',
      reason: 'Cost 3.0 exceeds maxPerCall 2.0',
      cost: m('3'),
    });
    expect(decide(sampleFacts({ agent: { maxPerCall: m('1') } })).action).toBe('ALLOWED');
    expect(decide({ ...sampleFacts({ agent: { maxPerCall: m('1') } }), quantity: 2 }).reasonCode).toBe(
      'MAX_PER_CALL',
    );
  });
  test('6 rejects the archive, too', () => {
    const facts = sampleFacts({ agent: { maxPerCall: 0n }, service: ARCHIVE });
    expect(decide(facts)).toMatchObject({ action: 'REJECTED', reasonCode: 'MAX_PER_CALL' });
  });
});

/** Rows 7 to 10 with what makes them hit by the smallest unit, and what is just enough. */
const SCARCE = [
  [
    'SERVICE_DAILY_CAP',
    sampleFacts({ service: { maxDailySpending: m('5'), dayUse: m('4') + 1n } }),
    sampleFacts({ service: { maxDailySpending: m('5'), dayUse: m('4') } }),
  ],
  [
    'BUDGET_EXCEEDED',
    sampleFacts({ agent: { spent: m('20'), reserved: m('10') + 1n, rollover: m('1') } }),
    sampleFacts({ agent: { spent: m('20'), reserved: m('10'), rollover: m('1') } }),
  ],
  [
    'TREASURY_INSUFFICIENT',
    sampleFacts({ facts: { ...treasury(m('1') - 1n), highAgents: [] } }),
    sampleFacts({ facts: { ...treasury(m('1')), highAgents: [] } }),
  ],
  [
    'RESERVED_FOR_HIGH_PRIORITY',
    sampleFacts({ facts: treasury(m('26') - 1n) }),
    sampleFacts({ facts: treasury(m('26')) }),
  ],
] as const;

describe('rows 7 to 10', () => {
  test.each(SCARCE)('%s hits by the smallest unit', (code, hit, enough) => {
    expect(decide(hit)).toMatchObject({ action: 'REJECTED', reasonCode: code });
    expect(decide(enough)).toMatchObject({ action: 'ALLOWED', reasonCode: 'APPROVED', reason: 'Approved' });
  });
  test.each(SCARCE)('%s downgrades the archive', (code, { agent, service, ...facts }) => {
    const archive = { ...service!, id: 'LOG_ARCHIVE' };
    expect(decide({ ...facts, agent: agent!, service: archive, serviceId: 'LOG_ARCHIVE' })).toMatchObject({
      action: 'DOWNGRADED',
      reasonCode: code,
      reason: 'Budget low: Downgrading to summary only',
      cost: 0n,
      effectiveServiceId: 'LOG_ARCHIVE_SUMMARY',
    });
  });
  test('a service cap, the budget and the treasury are asked in that order', () => {
    const facts = sampleFacts({
      agent: { spent: m('30') },
      service: { maxDailySpending: 0n },
      facts: treasury(0n),
    });
    expect(decide(facts).reasonCode).toBe('SERVICE_DAILY_CAP');
    const { maxDailySpending: _cap, ...service } = facts.service!;
    expect(decide({ ...facts, service }).reasonCode).toBe('BUDGET_EXCEEDED');
    expect(decide({ ...facts, service, agent: { ...facts.agent!, spent: 0n } }).reasonCode).toBe(
      'TREASURY_INSUFFICIENT',
    );
  });
  test('8: the reason says what remains, and 0 where the budget was lowered under the spend', () => {
    const facts = sampleFacts({ agent: { spent: m('29.6') } });
    expect(decide(facts).reason).toBe('Budget exceeded. Remaining: 0.4');
    const lowered = sampleFacts({ agent: { spent: m('29.6'), dailyBudget: m('10') } });
    expect(decide(lowered)).toMatchObject({ reason: 'Budget exceeded. Remaining: 0.0', remainingAfter: 0n });
  });
  test('9: a balance that nobody knows', () => {
    expect(decide(sampleFacts({ facts: treasury(null) })).reasonCode).toBe('TREASURY_INSUFFICIENT');
  });
  test('10: LOW agents and batch work leave the whole reserve, other MEDIUM calls half of it, HIGH agents none', () => {
    const at = (free: string, priority: 'LOW' | 'MEDIUM' | 'HIGH', id = 'IMAGE_GEN_PREMIUM') =>
      decide(sampleFacts({ agent: { priority }, service: { id }, facts: treasury(m(free)) })).reasonCode;
    expect([at('50.99', 'LOW'), at('51', 'LOW')]).toEqual(['RESERVED_FOR_HIGH_PRIORITY', 'APPROVED']);
    expect([at('50.99', 'MEDIUM', 'BATCH_COMPUTE'), at('51', 'MEDIUM', 'BATCH_COMPUTE')]).toEqual([
      'RESERVED_FOR_HIGH_PRIORITY',
      'APPROVED',
    ]);
    expect([at('25.99', 'MEDIUM'), at('26', 'MEDIUM')]).toEqual(['RESERVED_FOR_HIGH_PRIORITY', 'APPROVED']);
    expect(at('1', 'HIGH')).toBe('APPROVED');
    expect(at('1', 'HIGH', 'BATCH_COMPUTE')).toBe('APPROVED');
  });
  test('10: what HIGH agents have used is reserved no longer, and the reason names those that have something left', () => {
    const high = (used: string) => [
      { id: 'user-agent', dailyBudget: m('100'), rollover: m('10'), used: m(used) },
      { id: 'idle', dailyBudget: m('5'), rollover: 0n, used: m('7') },
    ];
    const low = sampleFacts({
      agent: { priority: 'LOW' },
      facts: { ...treasury(m('30')), highAgents: high('0') },
    });
    expect(decide(low)).toMatchObject({ reason: 'would consume reserved budget for user-agent' });
    expect(decide({ ...low, highAgents: high('110') }).action).toBe('ALLOWED');
  });
});

test('11: the archive is downgraded while the treasury is low, whoever asks', () => {
  const at = (free: string, id = 'LOG_ARCHIVE') =>
    decide(
      sampleFacts({
        agent: { priority: 'HIGH' },
        service: { id, unitPrice: m('0.01') },
        facts: treasury(m(free)),
      }),
    );
  expect(at('20.009')).toMatchObject({
    action: 'DOWNGRADED',
    reasonCode: 'LOW_TREASURY',
    reason: 'low treasury balance',
    effectiveServiceId: 'LOG_ARCHIVE_SUMMARY',
    cost: 0n,
  });
  expect(at('20.01').action).toBe('ALLOWED');
  expect(at('19', 'PRICE_ORACLE').action).toBe('ALLOWED');
});

test('12: what is allowed says what is left, and every rule that was asked', () => {
  const decision = decide(sampleFacts());
  expect(decision).toMatchObject({ action: 'ALLOWED', cost: m('1'), remainingAfter: m('29') });
  expect(decision.trace.map(({ rule }) => rule)).toEqual([
    'AGENT_NOT_FOUND',
    'SERVICE_NOT_FOUND',
    'SERVICE_INACTIVE',
    'PAYMENTS_HALTED',
    'AGENT_PAUSED',
    'AGENT_NOT_ALLOWED',
    'RISK_BURST',
    'MAX_PER_CALL',
    'SERVICE_DAILY_CAP',
    'BUDGET_EXCEEDED',
    'TREASURY_INSUFFICIENT',
    'RESERVED_FOR_HIGH_PRIORITY',
    'LOW_TREASURY',
    'APPROVED',
  ]);
  expect(decision.trace.filter(({ hit }) => hit)).toEqual([{ rule: 'APPROVED', hit: true }]);
});
