import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from './decide.ts';
import type { PolicyFacts, ReasonCode } from './facts.ts';
import { fromRecord, toRecord } from './recorded.ts';
import { createReplay, type RecordedDecision } from './replay.ts';
import { sampleAgent } from './sample-facts.ts';

const small = fc.bigInt({ min: 0n, max: 12n });
const IDS = ['a', 'b', 'c'];
const anyId = fc.constantFrom(...IDS);
const serviceId = fc.constantFrom('IMAGE_GEN_PREMIUM', 'BATCH_COMPUTE', 'LOG_ARCHIVE');

const agent = fc.record({
  id: anyId,
  priority: fc.constantFrom('HIGH' as const, 'MEDIUM' as const, 'LOW' as const),
  maxPerCall: small,
  dailyBudget: small,
  rollover: small,
  spent: small,
  reserved: small,
  paused: fc.boolean(),
});

const service = fc
  .record({
    id: serviceId,
    unitPrice: fc.bigInt({ min: 1n, max: 6n }),
    active: fc.boolean(),
    allowed: fc.option(fc.subarray(IDS), { nil: undefined }),
    blockedAgents: fc.subarray(IDS, { maxLength: 1 }),
    cap: fc.option(small, { nil: undefined }),
    dayUse: small,
  })
  .map(({ allowed, cap, ...rest }) => ({
    ...rest,
    ...(allowed && { allowedAgents: allowed }),
    ...(cap !== undefined && { maxDailySpending: cap }),
  }));

const facts: fc.Arbitrary<PolicyFacts> = fc
  .record({
    agent: fc.option(agent, { nil: undefined, freq: 12 }),
    service: fc.option(service, { nil: undefined, freq: 12 }),
    quantity: fc.integer({ min: 1, max: 3 }),
    free: fc.option(fc.bigInt({ min: -3n, max: 30n }), { nil: null, freq: 10 }),
    lowBalance: small,
    highReserve: fc.integer({ min: 0, max: 10_000 }),
    halted: fc.boolean(),
    highAgents: fc.array(fc.record({ id: anyId, dailyBudget: small, rollover: small, used: small }), {
      maxLength: 3,
    }),
    burst: fc.option(fc.record({ calls: fc.integer({ min: 0, max: 9 }), amount: small }), { nil: undefined }),
  })
  .map(({ agent: one, service: other, free, lowBalance, highReserve, burst, ...rest }) => ({
    ...rest,
    agentId: one?.id ?? 'nobody',
    serviceId: other?.id ?? 'nothing',
    treasury: { free, lowBalance, highReserve },
    ...(one && { agent: one }),
    ...(other && { service: other }),
    ...(burst && { burst }),
  }));

/** The table of omni.md section 3, read again from the top for each row: all rows that hit, the first of which counts. */
function rowsThatHit({
  agent: a,
  service: s,
  quantity,
  treasury,
  halted,
  highAgents,
  burst,
}: PolicyFacts): ReasonCode[] {
  if (a === undefined) return ['AGENT_NOT_FOUND'];
  if (s === undefined) return ['SERVICE_NOT_FOUND'];
  const cost = s.unitPrice * BigInt(quantity);
  const free = treasury.free ?? -1n;
  let budgets = 0n;
  for (const high of highAgents) {
    const left = high.dailyBudget + high.rollover - high.used;
    if (left > 0n) budgets += left;
  }
  const reserve = (budgets * BigInt(treasury.highReserve)) / 10_000n;
  const kept =
    a.priority === 'HIGH' ? 0n : a.priority === 'LOW' || s.id === 'BATCH_COMPUTE' ? reserve : reserve / 2n;
  const table: [ReasonCode, boolean][] = [
    ['SERVICE_INACTIVE', !s.active],
    ['PAYMENTS_HALTED', halted],
    ['AGENT_PAUSED', a.paused],
    ['AGENT_NOT_ALLOWED', s.blockedAgents.includes(a.id) || s.allowedAgents?.includes(a.id) === false],
    ['RISK_BURST', burst !== undefined && burst.calls >= 5 && burst.amount + cost > 10n ** 19n],
    ['MAX_PER_CALL', cost > a.maxPerCall],
    ['SERVICE_DAILY_CAP', s.maxDailySpending !== undefined && (s.dayUse ?? 0n) + cost > s.maxDailySpending],
    ['BUDGET_EXCEEDED', a.spent + a.reserved + cost > a.dailyBudget + a.rollover],
    ['TREASURY_INSUFFICIENT', treasury.free === null || free < cost],
    ['RESERVED_FOR_HIGH_PRIORITY', free - cost < kept],
    ['LOW_TREASURY', s.id === 'LOG_ARCHIVE' && free - cost < treasury.lowBalance],
    ['APPROVED', true],
  ];
  return table.filter(([, hit]) => hit).map(([code]) => code);
}

test('the first row that hits decides, as the table read in another way says', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const [first] = rowsThatHit(given);
      const decision = decide(given);
      expect(decision.reasonCode).toBe(first);
      expect(decision.trace.at(-1)).toEqual({ rule: first, hit: true });
      expect(decision.trace.slice(0, -1).some(({ hit }) => hit)).toBe(false);
      expect(decide(given)).toEqual(decision);
    }),
    { numRuns: 2000 },
  );
});

test('what is allowed never goes beyond a limit, and only what is allowed costs something', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const { action, cost } = decide(given);
      if (action === 'DOWNGRADED') expect(cost).toBe(0n);
      if (action !== 'ALLOWED') return;
      const { agent: a, treasury } = given;
      expect(a!.spent + a!.reserved + cost <= a!.dailyBudget + a!.rollover).toBe(true);
      expect(cost <= a!.maxPerCall && cost <= treasury.free!).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a record holds all that a decision saw', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const { burst: _burst, ...rest } = given;
      const again = fromRecord(JSON.parse(JSON.stringify(toRecord(rest))) as never, rest);
      expect(decide(again)).toEqual(decide(rest));
    }),
  );
});

const HOUR = 3_600_000;

/** A day's calls of three agents, decided one after the other on one state, as they would be recorded. */
function record(calls: readonly { agent: number; price: bigint; failed: boolean }[]): RecordedDecision[] {
  const spent = [0n, 0n, 0n];
  let free = 40n;
  return calls.map(({ agent: at, price, failed }, index) => {
    const priority = (['HIGH', 'MEDIUM', 'LOW'] as const)[at]!;
    const one = sampleAgent({ id: IDS[at]!, priority, maxPerCall: 5n, dailyBudget: 20n, spent: spent[at]! });
    const given: PolicyFacts = {
      agentId: one.id,
      serviceId: 'S',
      quantity: 1,
      halted: false,
      agent: one,
      service: { id: 'S', unitPrice: price, active: true, blockedAgents: [] },
      treasury: { free, lowBalance: 0n, highReserve: 5000 },
      highAgents: [{ id: 'a', dailyBudget: 20n, rollover: 0n, used: spent[0]! }],
    };
    const { action, reasonCode, cost } = decide(given);
    const paid = action === 'ALLOWED' && !failed;
    if (paid) {
      spent[at]! += cost;
      free -= cost;
    }
    const kept = JSON.parse(JSON.stringify(toRecord(given))) as RecordedDecision['facts'];
    const what = { agentId: one.id, serviceId: 'S', quantity: 1, action, reasonCode, cost, paid };
    return { id: index, atMs: index * HOUR, ...what, facts: kept };
  });
}

const calls = fc.array(
  fc.record({ agent: fc.nat(2), price: fc.bigInt({ min: 1n, max: 6n }), failed: fc.boolean() }),
  { maxLength: 20 },
);

test('a replay with an empty draft changes nothing', () => {
  fc.assert(
    fc.property(calls, (given) => {
      const replay = createReplay({ agents: [], services: [] });
      for (const decision of record(given)) expect(replay.take(decision)).toBeUndefined();
      const { total, changed } = replay.result();
      expect(changed).toBe(0);
      expect(total.replayed).toBe(total.recorded);
    }),
  );
});

test('a replay under another budget never lets an agent spend beyond it on a day', () => {
  fc.assert(
    fc.property(calls, small, (given, dailyBudget) => {
      const replay = createReplay({ agents: [{ id: 'b', dailyBudget }], services: [] });
      const days = new Map<number, bigint>();
      for (const decision of record(given)) {
        const change = replay.take(decision);
        const { action, cost } = change?.replayed ?? decision;
        const day = Math.floor(decision.atMs / (24 * HOUR));
        const counts =
          decision.agentId === 'b' &&
          action === 'ALLOWED' &&
          (decision.paid || decision.action !== 'ALLOWED');
        if (counts) days.set(day, (days.get(day) ?? 0n) + cost);
      }
      for (const sum of days.values()) expect(sum <= dailyBudget).toBe(true);
    }),
  );
});
