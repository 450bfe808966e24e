import { expect, test } from 'vitest';
import { decide } from './decide.ts';
import { fromRecord, toRecord } from './recorded.ts';
import { createReplay } from './replay.ts';
import { m, sampleFacts } from './sample-facts.ts';

const burst = sampleFacts({ facts: { burst: { calls: 5, amount: m('9.5') } } });

test('facts come back from their record as they were, a burst included', () => {
  expect(fromRecord(toRecord(burst), burst)).toEqual(burst);
  expect(fromRecord(toRecord(sampleFacts()), sampleFacts())).toEqual(sampleFacts());
});

test('a call that a burst stopped is stopped again by a replay without a draft', () => {
  const { action, reasonCode, cost } = decide(burst);
  expect(reasonCode).toBe('RISK_BURST');
  const { agentId, serviceId, quantity } = burst;
  const recorded = { id: 1, atMs: 0, agentId, serviceId, quantity, action, reasonCode, cost, paid: false };
  const replay = createReplay({ agents: [], services: [] });
  expect(replay.take({ ...recorded, facts: toRecord(burst) })).toBeUndefined();
});
