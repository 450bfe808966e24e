import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockBudgets } from '../../db/repositories/budgets.ts';
import { windowAt } from '../../domain/budgets/windows.ts';
import { EVM, SOLANA } from '../support/sample-catalogue.ts';
import type { Answer } from './support/api.ts';
import { bookWithUnits, close, openBudgets, windowNow, type Who } from './support/budgets.ts';

let budgets: Awaited<ReturnType<typeof openBudgets>>;
beforeAll(async () => {
  budgets = await openBudgets();
});
beforeEach(async () => {
  await budgets.stack.db.pool.query('truncate budget cascade');
});
afterAll(() => budgets.close());

describe('a new budget', () => {
  it('is answered as it is kept, with what was left out filled in', async () => {
    const answer = await budgets.create({ name: ' Research ' });
    expect(answer.status, answer.text).toBe(201);
    const { id, created_at, updated_at, renews_at, ...rest } = answer.body;
    expect(id).toMatch(/^bud_[0-9a-f]{16}$/);
    expect(updated_at).toBe(created_at);
    expect(Date.parse(String(renews_at))).toBe(windowNow('month').endsAtMs);
    expect(rest).toEqual({
      name: 'Research',
      applies_to: {},
      unit: 'USD',
      amount: '10',
      period: 'month',
      mode: 'hard',
      rollover: null,
      alerts: [0.5, 0.8, 1],
      approve_above: null,
      carried: '0',
      spent: '0',
      held: '0',
      unknown: '0',
      left: '10',
    });
    expect((await budgets.get(`/budgets/${String(id)}`)).body).toEqual(answer.body);
    expect((await budgets.get('/budgets')).body).toEqual({ budgets: [answer.body], next_cursor: null });
  });

  it('keeps every digit of its amounts, written as numbers or as texts', async () => {
    const digits = '123456789012345678901234567890.123456';
    const answer = await budgets.send(
      'POST',
      '/budgets',
      `{"name":"n","unit":"USD","period":"month","amount":${digits},"approve_above":"0.000001",
        "rollover":{"enabled":true,"cap":90071992547409.930001}}`,
    );
    expect(answer.body).toMatchObject({
      amount: digits,
      left: digits,
      approve_above: '0.000001',
      rollover: { enabled: true, cap: '90071992547409.930001' },
    });
  });

  it('counts one asset by its code or its id, and is told by its id', async () => {
    const sol = `${SOLANA}/slip44:501`;
    for (const asset of ['SOL', sol])
      expect((await budgets.create({ unit: undefined, asset, amount: '0.000000001' })).body).toMatchObject({
        asset: sol,
        amount: '0.000000001',
      });
    const evmUsdc = bookWithUnits.groups[0]!.assets[1]!;
    const written = evmUsdc.replace('fbd', 'FBD');
    expect(written).toContain(EVM);
    expect((await budgets.create({ unit: undefined, asset: written })).body['asset']).toBe(evmUsdc);
  });

  it('is made once for an Idempotency-Key, also when the first answer was lost', async () => {
    const body = { name: 'Cap', unit: 'USD', amount: '10', period: 'month' };
    const again = (): Promise<Answer> =>
      budgets.send('POST', '/budgets', body, 'admin', { 'idempotency-key': 'cap-1' });
    const first = await again();
    const second = await again();
    expect(second.text).toBe(first.text);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    await budgets.stack.db.pool.query(
      `update idempotency set answer = null, locked_until = now() where key = 'cap-1'`,
    );
    const third = await again();
    expect([third.status, third.body['id']]).toEqual([201, first.body['id']]);
    expect((await budgets.get('/budgets')).body['budgets']).toHaveLength(1);
  });
});

it('is what whoever holds money goes by', async () => {
  const scope = { subject: 'user-a', agent: 'Ann', service: 'Wetter für morgen', payee: 'seller' };
  const more = { applies_to: scope, alerts: [0.25, 0.9999], approve_above: '2.5', mode: 'warn' };
  const id = await budgets.made({ ...more, rollover: { enabled: true, cap: '4' } });
  const other = await budgets.made({ period: 'run', rollover: { enabled: false, cap: '1' } });
  const held = await budgets.stack.db.transaction((client) => lockBudgets(client, [id, other], false));
  const living = new Map(held.map((budget) => [budget.id, budget]));
  expect(living.get(id)).toEqual({
    id,
    tenant: 'default',
    name: 'Cap',
    appliesTo: scope,
    unit: 'USD',
    decimals: 6,
    amount: 10_000_000n,
    period: 'month',
    mode: 'warn',
    rollover: { cap: 4_000_000n },
    alerts: [0.25, 0.9999],
    approveAbove: 2_500_000n,
    createdAtMs: Date.parse(String((await budgets.get(`/budgets/${id}`)).body['created_at'])),
  });
  expect(living.get(other)).not.toHaveProperty('rollover');
});

describe('how a budget stands', () => {
  it('is what is spent, held, of unknown outcome and left, which add up to the amount', async () => {
    const id = await budgets.made();
    const run = await budgets.newRun();
    await budgets.spend({ budget: id, run, amount: 1_500_000n });
    await budgets.hold({ budget: id, run, amount: 250_001n });
    await budgets.hold({ budget: id, run, amount: 2_000_000n, status: 'unknown' });
    await close(
      budgets.stack.db,
      await budgets.hold({ budget: id, run, amount: 5_000_000n, status: 'unknown' }),
      'release',
    );
    const want = { spent: '1.5', held: '0.250001', unknown: '2', left: '6.249999', carried: '0' };
    expect(await budgets.figures(id)).toEqual(want);
  });

  it('begins anew with its period, and what the last one left goes along up to the cap', async () => {
    const rolls = await budgets.made({ rollover: { enabled: true, cap: '4' } });
    const all = await budgets.made({ rollover: { enabled: true } });
    const starts = await budgets.made({ rollover: { enabled: false } });
    const run = await budgets.newRun();
    const last = windowAt({ period: 'month', createdAtMs: 0 }, windowNow('month').startsAtMs - 1, '');
    for (const budget of [rolls, all, starts])
      await budgets.spend({ budget, run, amount: 3_000_000n, window: last });
    const fresh = { spent: '0', held: '0', unknown: '0' };
    expect(await budgets.figures(rolls)).toEqual({ ...fresh, carried: '4', left: '14' });
    expect(await budgets.figures(all)).toEqual({ ...fresh, carried: '7', left: '17' });
    expect(await budgets.figures(starts)).toEqual({ ...fresh, carried: '0', left: '10' });
  });

  it.each(['hour', 'day', 'week', 'month'] as const)('renews when the %s does', async (period) => {
    const id = await budgets.made({ period });
    await budgets.spend({
      budget: id,
      run: await budgets.newRun(),
      amount: 4_000_000n,
      window: windowNow(period),
    });
    const { body } = await budgets.get(`/budgets/${id}`);
    expect(Date.parse(String(body['renews_at']))).toBe(windowNow(period).endsAtMs);
    expect(body).toMatchObject({ spent: '4', left: '6' });
  });

  it('never renews for all time', async () => {
    const id = await budgets.made({ period: 'total' });
    await budgets.spend({
      budget: id,
      run: await budgets.newRun(),
      amount: 4_000_000n,
      window: windowNow('total'),
    });
    expect((await budgets.get(`/budgets/${id}`)).body).toMatchObject({
      spent: '4',
      left: '6',
      renews_at: null,
    });
  });

  it('is summed over open runs where each run has its own, and the least that one of them has is left', async () => {
    const id = await budgets.made({ period: 'run' });
    const [open, other, ended, stuck] = [
      await budgets.newRun(),
      await budgets.newRun(),
      await budgets.newRun(),
      await budgets.newRun(),
    ];
    const each = { budget: id, amount: 1_000_000n };
    await budgets.spend({ ...each, run: open, amount: 7_000_000n, window: windowNow('run', open) });
    await budgets.hold({ ...each, run: other, window: windowNow('run', other) });
    await budgets.spend({ ...each, run: ended, amount: 9_000_000n, window: windowNow('run', ended) });
    await budgets.hold({ ...each, run: stuck, status: 'unknown', window: windowNow('run', stuck) });
    await budgets.writer.end(ended);
    await budgets.writer.end(stuck);
    expect(await budgets.figures(id)).toEqual({
      spent: '7',
      held: '1',
      unknown: '1',
      left: '3',
      carried: '0',
    });
    expect(await budgets.figures(await budgets.made({ period: 'run' }))).toMatchObject({
      spent: '0',
      left: '10',
    });
  });
});

describe('lists', () => {
  it('of budgets go on where the last page ended', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift(await budgets.made({ name: `Cap ${n}` }));
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: Answer = await budgets.get(`/budgets?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...(body['budgets'] as { id: string }[]).map(({ id }) => id));
      cursor = body['next_cursor'] as string | null;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(ids));
  });

  it('of entries are newest first, and go on where the last page ended', async () => {
    const id = await budgets.made();
    const run = await budgets.newRun();
    const payments: string[] = [];
    for (let n = 0; n < 5; n += 1)
      payments.unshift(await budgets.hold({ budget: id, run, amount: BigInt(n + 1) }));
    const first = (await budgets.get(`/budgets/${id}/entries?limit=3`)).body;
    const next = (await budgets.get(`/budgets/${id}/entries?limit=3&cursor=${String(first['next_cursor'])}`))
      .body;
    const shown = [...(first['entries'] as object[]), ...(next['entries'] as object[])] as {
      payment_id: string;
      amount: string;
    }[];
    expect(shown.map(({ payment_id }) => payment_id)).toEqual(payments);
    expect(shown[0]?.amount).toBe('0.000005');
    expect(next['next_cursor']).toBeNull();
    const odd = Buffer.from('1 x').toString('base64url');
    expect((await budgets.get(`/budgets/${id}/entries?cursor=${odd}`)).body['code']).toBe('invalid_cursor');
  });
});

describe('who may do what', () => {
  it('reading is for every key, changing for admins alone', async () => {
    const id = await budgets.made();
    expect((await budgets.get(`/budgets/${id}`, 'hers')).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/budgets', { name: 'Mine', unit: 'USD', amount: '1', period: 'day' }],
      ['PATCH', `/budgets/${id}`, { amount: '99' }],
      ['DELETE', `/budgets/${id}`, undefined],
      ['POST', `/budgets/${id}/reset`, { note: 'Please.' }],
    ] as const)
      expect((await budgets.send(method, path, body, 'hers')).status, `${method} ${path}`).toBe(403);
    expect((await budgets.get(`/budgets/${id}`)).body['amount']).toBe('10');
  });

  it('another tenant finds nothing, admins included', async () => {
    const id = await budgets.made();
    expect((await budgets.get('/budgets', 'elsewhere')).body['budgets']).toEqual([]);
    for (const answer of [
      await budgets.get(`/budgets/${id}`, 'elsewhere'),
      await budgets.get(`/budgets/${id}/entries`, 'elsewhere'),
      await budgets.send('PATCH', `/budgets/${id}`, { amount: '1' }, 'elsewhere'),
      await budgets.send('DELETE', `/budgets/${id}`, undefined, 'elsewhere'),
      await budgets.send('POST', `/budgets/${id}/reset`, { note: 'x' }, 'elsewhere'),
    ])
      expect([answer.status, answer.body['code']]).toEqual([404, 'budget_not_found']);
    expect((await budgets.get(`/budgets/${id}`)).status).toBe(200);
  });

  it('a subject sees what is for everyone and for itself, and of its book what is of its own runs', async () => {
    const shared = await budgets.made();
    const hers = await budgets.made({ applies_to: { subject: 'user-a' } });
    const ids = async (who: Who): Promise<string[]> =>
      ((await budgets.get('/budgets', who)).body['budgets'] as { id: string }[])
        .map(({ id }) => id)
        .toSorted();
    expect(await ids('hers')).toEqual([shared, hers].toSorted());
    expect(await ids('his')).toEqual([shared]);
    expect((await budgets.get(`/budgets/${hers}`, 'his')).body['code']).toBe('budget_not_found');
    expect((await budgets.get(`/budgets/${hers}/entries`, 'his')).status).toBe(404);
    const [her, his] = [await budgets.newRun('user-a'), await budgets.newRun('user-b')];
    await budgets.spend({ budget: shared, run: her, amount: 1n });
    await budgets.hold({ budget: shared, run: his, amount: 1n });
    const seen = async (who: Who) =>
      new Set((await budgets.entriesOf(shared, who)).map(({ run_id }) => run_id));
    expect(await seen('hers')).toEqual(new Set([her]));
    expect(await seen('his')).toEqual(new Set([his]));
    expect(await seen('admin')).toEqual(new Set([her, his]));
  });

  it('each change is in the audit trail, with what was wanted and why', async () => {
    const id = await budgets.made({ amount: '7' });
    await budgets.send('PATCH', `/budgets/${id}`, { amount: '8' });
    await budgets.send('POST', `/budgets/${id}/reset`, { note: 'Because.' });
    await budgets.send('DELETE', `/budgets/${id}`);
    const { rows } = await budgets.stack.db.pool.query<{ action: string; data: Record<string, unknown> }>(
      `select action, data from audit where object like $1 order by id`,
      [`/budgets/${id}%`],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'budget create',
      'budget change',
      'PATCH /budgets/:id',
      'budget reset',
      'POST /budgets/:id/reset',
      'DELETE /budgets/:id',
    ]);
    expect(rows[0]?.data).toMatchObject({ amount: '7', unit: 'USD', period: 'month' });
    expect(rows[1]?.data).toMatchObject({ amount: '8' });
    expect(rows[3]?.data).toMatchObject({ note: 'Because.' });
    expect(rows[5]?.data).toMatchObject({ status: 204 });
  });
});
