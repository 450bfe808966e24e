import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { windowAt } from '../../domain/budgets/windows.ts';
import type { Answer } from './support/api.ts';
import { close, holdIn, openBudgets, windowNow } from './support/budgets.ts';

let budgets: Awaited<ReturnType<typeof openBudgets>>;
beforeAll(async () => {
  budgets = await openBudgets();
});
beforeEach(async () => {
  await budgets.stack.db.pool.query('truncate budget cascade');
});
afterAll(() => budgets.close());

describe('changing a budget', () => {
  it('changes what is named and nothing else', async () => {
    const id = await budgets.made({ approve_above: '2', rollover: { enabled: true, cap: '1' } });
    const before = (await budgets.get(`/budgets/${id}`)).body;
    const change = { name: 'Other', amount: 12.5, mode: 'warn', alerts: [0.9], approve_above: null };
    const { status, body } = await budgets.send('PATCH', `/budgets/${id}`, change);
    expect(status).toBe(200);
    const { updated_at, ...rest } = body;
    expect(rest).toEqual({
      ...without(before, 'updated_at'),
      ...change,
      amount: '12.5',
      left: '12.5',
    });
    expect(Date.parse(String(updated_at))).toBeGreaterThanOrEqual(Date.parse(String(before['updated_at'])));
    expect((await budgets.send('PATCH', `/budgets/${id}`, { rollover: null })).body['rollover']).toBeNull();
  });

  it('to less than is spent leaves nothing', async () => {
    const id = await budgets.made();
    await budgets.spend({ budget: id, run: await budgets.newRun(), amount: 6_000_000n });
    expect((await budgets.send('PATCH', `/budgets/${id}`, { amount: '5' })).body).toMatchObject({
      amount: '5',
      spent: '6',
      left: '0',
    });
  });

  it('to more forgets the shares that are not used any more, and closes what was told of them', async () => {
    const id = await budgets.made();
    const { key } = windowNow('month');
    await budgets.hold({ budget: id, run: await budgets.newRun(), amount: 9_000_000n, alerted: [0.5, 0.8] });
    for (const share of [0.5, 0.8])
      await budgets.stack.db.pool.query(
        `insert into attention (id, tenant, kind, detail, data) values ($1, 'default', 'budget_alert', 'x', '{}')`,
        [`budget:${id}:${key}:${share}`],
      );
    await budgets.send('PATCH', `/budgets/${id}`, { amount: '15' });
    const told = await budgets.stack.db.pool.query<{ alerted: number[] }>(
      'select alerted::float8[] as alerted from budget_window where budget_id = $1',
      [id],
    );
    expect(told.rows).toEqual([{ alerted: [0.5] }]);
    const open = (await budgets.get('/attention')).body['attention'] as { id: string }[];
    expect(open.map((item) => item.id).filter((item) => item.includes(id))).toEqual([
      `budget:${id}:${key}:0.5`,
    ]);
  });
});

const without = (body: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));

describe('deleting a budget', () => {
  it('is refused while a payment holds some of it, whatever its period, and leaves nothing to find', async () => {
    const id = await budgets.made();
    const last = windowAt({ period: 'month', createdAtMs: 0 }, windowNow('month').startsAtMs - 1, '');
    const payment = await budgets.hold({
      budget: id,
      run: await budgets.newRun(),
      amount: 1_250_000n,
      window: last,
    });
    const refused = await budgets.send('DELETE', `/budgets/${id}`);
    expect([refused.status, refused.body['code']]).toEqual([409, 'budget_in_use']);
    expect(refused.body['detail']).toContain('hold 1.25 of it');
    await close(budgets.stack.db, payment, 'spend');
    const done = await budgets.send('DELETE', `/budgets/${id}`);
    expect([done.status, done.text]).toEqual([204, '']);
    for (const answer of [
      await budgets.get(`/budgets/${id}`),
      await budgets.get(`/budgets/${id}/entries`),
      await budgets.send('DELETE', `/budgets/${id}`),
      await budgets.send('PATCH', `/budgets/${id}`, { amount: '1' }),
      await budgets.send('POST', `/budgets/${id}/reset`, { note: 'Again.' }),
    ])
      expect([answer.status, answer.body['code']]).toEqual([404, 'budget_not_found']);
    expect((await budgets.get('/budgets')).body['budgets']).toEqual([]);
    const kept = await budgets.stack.db.pool.query('select from budget_entry where budget_id = $1', [id]);
    expect(kept.rowCount).toBe(2);
  });

  it('waits for a payment that is about to hold some of it, and is then refused', async () => {
    const id = await budgets.made();
    const run = await budgets.newRun();
    const client = await budgets.stack.db.pool.connect();
    await client.query('begin');
    await holdIn(client, { budget: id, run, amount: 1n });
    const deletion = budgets.send('DELETE', `/budgets/${id}`);
    await expect
      .poll(
        async () => (await budgets.stack.db.pool.query('select from pg_locks where not granted')).rowCount,
      )
      .toBeGreaterThan(0);
    await client.query('commit');
    client.release();
    expect((await deletion).body['code']).toBe('budget_in_use');
  });
});

describe('resetting a budget', () => {
  it('makes spent 0, keeps what is held and every entry, and says who did it and why', async () => {
    const id = await budgets.made();
    const run = await budgets.newRun();
    await budgets.spend({ budget: id, run, amount: 3_000_000n });
    await budgets.hold({ budget: id, run, amount: 2_000_000n });
    const answer = await budgets.send('POST', `/budgets/${id}/reset`, { note: ' Paid by bank. ' });
    expect([answer.status, answer.body['spent'], answer.body['held'], answer.body['left']]).toEqual([
      200,
      '0',
      '2',
      '8',
    ]);
    const [newest, ...older] = await budgets.entriesOf(id);
    expect(newest).toEqual({
      id: expect.stringMatching(/^\d+$/),
      kind: 'reset',
      amount: '-3',
      payment_id: null,
      run_id: null,
      window: windowNow('month').key,
      by: 'operator (bootstrap)',
      note: 'Paid by bank.',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\.\d{3}Z$/),
    });
    expect(older.map(({ kind }) => kind)).toEqual(['hold', 'spend', 'hold']);
  });

  it('books nothing where nothing is spent, and once for an Idempotency-Key', async () => {
    const id = await budgets.made();
    const reset = (key: string): Promise<Answer> =>
      budgets.send('POST', `/budgets/${id}/reset`, { note: 'Now.' }, 'admin', { 'idempotency-key': key });
    expect((await reset('none')).status).toBe(200);
    expect(await budgets.entriesOf(id)).toEqual([]);
    const run = await budgets.newRun();
    await budgets.spend({ budget: id, run, amount: 3_000_000n });
    await reset('one');
    await budgets.spend({ budget: id, run, amount: 1_000_000n });
    expect((await reset('one')).headers.get('idempotent-replayed')).toBe('true');
    await budgets.stack.db.pool.query(
      `update idempotency set answer = null, locked_until = now() where key = 'one'`,
    ); // the answer was lost, the reset was not
    expect((await reset('one')).status).toBe(200);
    expect(await budgets.figures(id)).toMatchObject({ spent: '1' });
  });

  it('is done for every open run where each has its own', async () => {
    const id = await budgets.made({ period: 'run' });
    const [open, other, ended] = [await budgets.newRun(), await budgets.newRun(), await budgets.newRun()];
    for (const run of [open, other, ended])
      await budgets.spend({ budget: id, run, amount: 3_000_000n, window: windowNow('run', run) });
    await budgets.writer.end(ended);
    await budgets.send('POST', `/budgets/${id}/reset`, { note: 'Now.' });
    expect(await budgets.figures(id)).toMatchObject({ spent: '0', left: '10' });
    const resets = (await budgets.entriesOf(id)).filter(({ kind }) => kind === 'reset');
    expect(new Map(resets.map(({ run_id, amount }) => [run_id, amount]))).toEqual(
      new Map([open, other].map((run) => [run, '-3'])),
    );
    expect(resets).toHaveLength(2);
  });
});
