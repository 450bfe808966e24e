import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { evmUsdc, landed, openDesk, sol, TENANT, usdc, type Desk } from './support/desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
/** The budgets of one test are in no other's way. */
beforeEach(async () => {
  await desk.db.pool.query('update budget set deleted_at = now()');
});

const RICH = 1_000_000_000n;
const noRoom = (budget: string, missing: string) => ({
  kind: 'refused',
  reason: 'budget_exhausted',
  room: { budget, missing },
});

describe('a payment', () => {
  test('is held in every budget that applies and in no other, and settled in all of them', async () => {
    const { runId, userId } = await desk.run({ deposit: RICH });
    const all = await desk.budget({ amount: 500n });
    const own = await desk.budget({ amount: 400n, appliesTo: { subject: userId, family: 'reasoning' } });
    const service = await desk.budget({ amount: 400n, appliesTo: { service: 'weather', payee: 'seller' } });
    const others = [
      await desk.budget({ amount: 1n, appliesTo: { subject: 'somebody else' } }),
      await desk.budget({ amount: 1n, appliesTo: { agent: 'agent-1' } }),
      await desk.budget({ amount: 1n, asset: sol.id }),
      await desk.budget({ amount: 1n, asset: evmUsdc.id }),
    ];
    const intentId = await desk.paid({ runId, amount: 300n, service: 'weather' });
    for (const id of [all, own, service])
      expect(await desk.standing(id)).toEqual({ held: 300n, spent: 0n, carried: 0n });
    await desk.shows(intentId, landed());
    for (const id of [all, own, service]) {
      expect(await desk.standing(id)).toEqual({ held: 0n, spent: 300n, carried: 0n });
      expect(await desk.entries(id)).toEqual(['hold 300', 'spend 300']);
    }
    for (const id of others) expect(await desk.standing(id)).toBeUndefined();
  });

  test('for which one of two overlapping budgets has no room is held nowhere, not in the ledger either', async () => {
    const { runId, userId } = await desk.run({ deposit: RICH });
    const wide = await desk.budget({ amount: 1_000n });
    const narrow = await desk.budget({ amount: 299n, appliesTo: { subject: userId } });
    const intentId = await desk.quote({ runId, amount: 300n });
    expect(await desk.sign(intentId)).toMatchObject({ ...noRoom(narrow, '1'), then: 'pause' });
    expect(await desk.standing(wide)).toBeUndefined();
    const { rows } = await desk.db.pool.query('select id from transfer where run_id = $1', [runId]);
    expect(rows).toEqual([]);
    await desk.db.pool.query('update budget set amount = 300 where id = $1', [narrow]);
    expect(await desk.pay.checkRoom({ intentId })).toEqual({ room: null });
    expect(await desk.sign(intentId)).toEqual({ kind: 'signed' });
    expect(await desk.standing(narrow)).toMatchObject({ held: 300n });
  });

  test('waits while a budget counts in a unit that nobody here knows', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 1_000n, unit: 'EUR' });
    const intentId = await desk.quote({ runId, amount: 300n });
    expect(await desk.sign(intentId)).toMatchObject({ reason: 'budget_exhausted', room: { budget: id } });
    await desk.db.pool.query(`update budget set mode = 'warn' where id = $1`, [id]);
    expect(await desk.sign(intentId)).toEqual({ kind: 'signed' });
  });

  test('that is void gives back what it held', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 300n });
    const intentId = await desk.paid({ runId, amount: 300n });
    await desk.shows(intentId, { kind: 'void' });
    expect(await desk.standing(id)).toEqual({ held: 0n, spent: 0n, carried: 0n });
    expect(await desk.entries(id)).toEqual(['hold 300', 'release 300']);
  });

  test('whose outcome is unknown stays held', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 300n });
    const intentId = await desk.paid({ runId, amount: 300n });
    await desk.shows(intentId, { kind: 'unproven', absent: false, message: 'no node answers' });
    expect(await desk.standing(id)).toMatchObject({ held: 300n });
    await desk.shows(intentId, landed());
    expect(await desk.standing(id)).toMatchObject({ held: 0n, spent: 300n });
  });

  test('that was never signed is released in all budgets when its run ends', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const ids = [await desk.budget({ amount: 900n }), await desk.budget({ amount: 900n })];
    for (const step of ['a', 'b', 'c']) {
      const intentId = await desk.paid({ runId, amount: 300n, step });
      await desk.db.pool.query(`update payment set status = 'prepared', fingerprint = null where id = $1`, [
        intentId,
      ]);
    }
    await desk.end(runId);
    for (const id of ids) expect(await desk.standing(id)).toEqual({ held: 0n, spent: 0n, carried: 0n });
  });

  test('that is asked for twice is held once', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 300n });
    const intentId = await desk.quote({ runId, amount: 300n });
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => desk.sign(intentId)));
    expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'signed' })));
    expect(await desk.entries(id)).toEqual(['hold 300']);
  });

  test('of a run whose purse says so is refused at once', async () => {
    const { runId } = await desk.run({ deposit: RICH, purse: { kind: 'escrow', withoutRoom: 'refuse' } });
    const id = await desk.budget({ amount: 299n });
    const intentId = await desk.quote({ runId, amount: 300n });
    expect(await desk.sign(intentId)).toMatchObject({ ...noRoom(id, '1'), then: 'refuse' });
  });
});

describe('a refund', () => {
  test('gives back what it is, as soon as it is final, and not more than was paid', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 300n });
    const intentId = await desk.paid({ runId, amount: 300n });
    await desk.shows(intentId, landed());
    await desk.refund(runId, intentId, 100n);
    expect(await desk.standing(id)).toMatchObject({ held: 0n, spent: 200n });
    await desk.refund(runId, intentId, 250n);
    expect(await desk.standing(id)).toMatchObject({ held: 0n, spent: 0n });
    expect(await desk.entries(id)).toEqual(['hold 300', 'spend 300', 'refund 100', 'refund 200']);
  });

  test('that is final before the sweep has posted its payment is booked after it', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 300n });
    const intentId = await desk.paid({ runId, amount: 300n });
    await desk.shows(intentId, landed(false));
    expect(await desk.standing(id)).toMatchObject({ held: 300n, spent: 0n });
    await desk.refund(runId, intentId, 300n);
    expect(await desk.standing(id)).toMatchObject({ held: 0n, spent: 0n });
    await desk.shows(intentId, landed());
    expect(await desk.standing(id)).toMatchObject({ held: 0n, spent: 0n });
    expect(await desk.entries(id)).toEqual(['hold 300', 'spend 300', 'refund 300']);
  });

  test('of what was rounded up gives all of it back, and a part leaves what is still spent rounded up', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 1_000n, unit: 'USD' });
    const intentId = await desk.paid({ runId, amount: 10_001n });
    await desk.shows(intentId, landed());
    expect(await desk.standing(id)).toMatchObject({ spent: 2n });
    await desk.refund(runId, intentId, 5_001n);
    expect(await desk.standing(id)).toMatchObject({ spent: 1n });
    await desk.refund(runId, intentId, 5_000n);
    expect(await desk.standing(id)).toMatchObject({ spent: 0n });
  });
});

describe('a unit', () => {
  test('caps the same money on two chains together', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 100n, unit: 'USD' });
    await desk.paid({ runId, amount: 600_000n, step: 'a' });
    await desk.paid({ runId, amount: 300_000n, step: 'b', asset: evmUsdc, payTo: '0x02' });
    expect(await desk.standing(id)).toMatchObject({ held: 90n });
    const last = await desk.quote({ runId, amount: 100_001n, step: 'c', asset: evmUsdc, payTo: '0x02' });
    expect(await desk.sign(last)).toMatchObject(noRoom(id, '10000'));
  });
});

describe('a period', () => {
  test('has what was held in it, whenever that is settled; the next begins with what was left, up to a cap', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 500n, period: 'day', rollover: { enabled: true, cap: '150' } });
    desk.clock.nowMs = Date.parse('2026-12-01T23:59:59.999Z');
    const first = await desk.paid({ runId, amount: 400n, step: 'a' });
    const tooMuch = await desk.quote({ runId, amount: 600n, step: 'b' });
    expect(await desk.sign(tooMuch)).toMatchObject({
      reason: 'budget_exhausted',
      room: { renewsAtMs: Date.parse('2026-12-02T00:00:00Z') },
    });
    desk.clock.nowMs = Date.parse('2026-12-02T00:00:00.000Z');
    expect(await desk.pay.checkRoom({ intentId: tooMuch })).toEqual({ room: null });
    expect(await desk.sign(tooMuch)).toEqual({ kind: 'signed' });
    await desk.shows(first, landed());
    expect(await desk.standing(id, '2026-12-01')).toMatchObject({ held: 0n, spent: 400n });
    expect(await desk.standing(id, '2026-12-02')).toEqual({ held: 600n, spent: 0n, carried: 150n });
  });

  test('is not opened again by a clock that is behind', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 500n, period: 'hour', rollover: { enabled: true, cap: null } });
    desk.clock.nowMs = Date.parse('2026-12-03T10:00:00.000Z');
    await desk.paid({ runId, amount: 500n, step: 'a' });
    desk.clock.nowMs -= 5;
    await desk.paid({ runId, amount: 500n, step: 'b' });
    expect(await desk.standing(id)).toMatchObject({ held: 1_000n });
  });

  test('of a run is its own', async () => {
    const id = await desk.budget({ amount: 300n, period: 'run' });
    const [one, other] = [await desk.run({ deposit: RICH }), await desk.run({ deposit: RICH })];
    await desk.paid({ runId: one.runId, amount: 300n });
    await desk.paid({ runId: other.runId, amount: 200n });
    const more = await desk.quote({ runId: one.runId, amount: 1n, step: 'b' });
    expect(await desk.sign(more)).toMatchObject(noRoom(id, '1'));
    expect(await desk.standing(id, `run:${other.runId}`)).toMatchObject({ held: 200n });
  });

  test('is begun once, however many begin it at the same moment', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => desk.run({ deposit: RICH })));
    const ids = [
      await desk.budget({ amount: 500n, period: 'day' }),
      await desk.budget({ amount: 400n, period: 'hour' }),
    ];
    desk.clock.nowMs = Date.parse('2026-12-05T00:00:00.000Z');
    const intents = await Promise.all(runs.map(({ runId }) => desk.quote({ runId, amount: 100n })));
    const outcomes = await Promise.all(intents.map((intentId) => desk.sign(intentId)));
    expect(outcomes.filter(({ kind }) => kind === 'signed')).toHaveLength(4);
    for (const id of ids) expect(await desk.standing(id)).toMatchObject({ held: 400n });
  });
});

describe('a budget', () => {
  test('that warns lets everything through, and each share of any budget is told once a period', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 100n, mode: 'warn', alerts: [0.5, 0.8, 1] });
    for (const [step, amount] of [
      ['a', 49n],
      ['b', 1n],
      ['c', 25n],
      ['d', 225n],
      ['e', 1n],
    ] as const)
      await desk.paid({ runId, amount, step });
    const { rows } = await desk.db.pool.query<{ id: string; detail: string }>(
      `select id, detail from attention where tenant = $1 and kind = 'budget_alert' and data ->> 'budget' = $2 order by id`,
      [TENANT, id],
    );
    expect(rows.map(({ detail }) => detail)).toEqual([
      'Budget "Research" has used 50 % of its cap in total: 0.00005 of 0.0001.',
      'Budget "Research" has used 80 % of its cap in total: 0.0003 of 0.0001.',
      'Budget "Research" has used 100 % of its cap in total: 0.0003 of 0.0001.',
    ]);
    expect(rows.map((row) => row.id)).toEqual(
      ['0.5', '0.8', '1'].map((share) => `budget:${id}:total:${share}`),
    );
  });

  test('asks a person about what is dearer than it lets through, and about nothing else', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 1_000n, approveAbove: 100n });
    await desk.paid({ runId, amount: 100n, step: 'a' });
    const dear = await desk.quote({ runId, amount: 101n, step: 'b' });
    expect(await desk.sign(dear)).toMatchObject({ kind: 'refused', reason: 'approve_above' });
    expect(await desk.sign(dear, 100n)).toMatchObject({ kind: 'refused', reason: 'approve_above' });
    expect(await desk.standing(id)).toMatchObject({ held: 100n });
    expect(await desk.sign(dear, 101n)).toEqual({ kind: 'signed' });
    expect(await desk.standing(id)).toMatchObject({ held: 201n });
  });

  test('that is lowered under what is spent has nothing left, and takes nothing back', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 500n });
    await desk.paid({ runId, amount: 400n, step: 'a' });
    await desk.db.pool.query('update budget set amount = 100 where id = $1', [id]);
    const more = await desk.quote({ runId, amount: 1n, step: 'b' });
    expect(await desk.sign(more)).toMatchObject(noRoom(id, '1'));
    expect(await desk.standing(id)).toMatchObject({ held: 400n });
  });

  test('of another tenant is in nobody’s way', async () => {
    const { runId } = await desk.run({ deposit: RICH });
    const id = await desk.budget({ amount: 1n });
    await desk.db.pool.query(`update budget set tenant = 'other' where id = $1`, [id]);
    await desk.paid({ runId, amount: 300n });
    expect(await desk.standing(id)).toBeUndefined();
  });
});

test('the sum of a budget’s entries is what its window says, whatever happened', async () => {
  const { rows } = await desk.db.pool.query<{ wrong: number }>(
    `select count(*)::int as wrong from budget_window w left join lateral (
       select coalesce(sum(amount) filter (where kind = 'hold'), 0) - coalesce(sum(amount) filter (where kind in ('spend', 'release')), 0) as held,
         coalesce(sum(amount) filter (where kind = 'spend'), 0) - coalesce(sum(amount) filter (where kind = 'refund'), 0) as spent
       from budget_entry e where e.budget_id = w.budget_id and e.window_key = w.key) s on true
     where w.held <> s.held or w.spent <> s.spent`,
  );
  expect(rows[0]!.wrong).toBe(0);
  expect(usdc.decimals).toBe(6);
});
