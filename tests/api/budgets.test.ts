import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { livingBudgets } from '../../db/repositories/budgets.ts';
import { windowAt } from '../../domain/budgets/windows.ts';
import { ask, openStack, type Answer, type ApiStack } from './support/api.ts';
import { close, holdIn, windowNow, type Held } from './support/budgets.ts';
import { createProbe } from './support/family.ts';
import { createWriter } from './support/streams.ts';
import { EVM, sampleBook, SOLANA } from '../support/sample-catalogue.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
const usdc = sampleBook.assets.filter(({ code }) => code === 'USDC').map(({ id }) => id);
const assets = { ...sampleBook, groups: [{ name: 'USD', decimals: 6, assets: usdc }] };

let stack: ApiStack;
let api: { url: string };
let writer: ReturnType<typeof createWriter>;
let headers: Record<Who, Record<string, string>>;
type Who = 'admin' | 'hers' | 'his' | 'elsewhere';

beforeAll(async () => {
  stack = await openStack();
  api = await stack.start({
    families: [createProbe().family],
    assets,
    settings: { auth: 'on', adminKey: ADMIN },
  });
  writer = createWriter(stack.db);
  headers = {
    admin: { authorization: `Bearer ${ADMIN}` },
    hers: await keyOf('user-a', ['read', 'operate', 'approve']),
    his: await keyOf('user-b', ['read', 'operate', 'approve']),
    elsewhere: await keyOf('chief', ['admin'], 'elsewhere'),
  };
});
beforeEach(async () => {
  await stack.db.pool.query('truncate budget cascade');
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

async function keyOf(subject: string, scopes: string[], tenant = 'default'): Promise<Record<string, string>> {
  const body = { name: subject, subject, scopes, tenant };
  const authorization = { authorization: `Bearer ${ADMIN}` };
  const answer = await ask(api, '/admin/keys', { method: 'POST', body, headers: authorization });
  return { authorization: `Bearer ${String(answer.body['key'])}` };
}

const send = (method: string, path: string, body?: unknown, who: Who = 'admin', more = {}): Promise<Answer> =>
  ask(api, path, { method, body, headers: { ...headers[who], ...more } });
const get = (path: string, who: Who = 'admin'): Promise<Answer> => send('GET', path, undefined, who);
const create = (body: object = {}): Promise<Answer> =>
  send('POST', '/budgets', { name: 'Cap', unit: 'USD', amount: '10', period: 'month', ...body });
async function made(body: object = {}): Promise<string> {
  const answer = await create(body);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.body['id']);
}

let runs = 0;
async function newRun(subject = 'user-a'): Promise<string> {
  runs += 1;
  return writer.run(`run-${runs}`, 'default', 'probe', subject);
}
const hold = (held: Held): Promise<string> => stack.db.transaction((client) => holdIn(client, held));
async function spend(held: Held): Promise<string> {
  const payment = await hold(held);
  await close(stack.db, payment, 'spend');
  return payment;
}
const figures = async (id: string): Promise<unknown> => {
  const { spent, held, unknown, left, carried } = (await get(`/budgets/${id}`)).body;
  return { spent, held, unknown, left, carried };
};
const entriesOf = async (id: string, who: Who = 'admin'): Promise<Record<string, unknown>[]> =>
  (await get(`/budgets/${id}/entries`, who)).body['entries'] as Record<string, unknown>[];

describe('a new budget', () => {
  it('is answered as it is kept, with what was left out filled in', async () => {
    const answer = await create({ name: ' Research ' });
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
    expect((await get(`/budgets/${String(id)}`)).body).toEqual(answer.body);
    expect((await get('/budgets')).body).toEqual({ budgets: [answer.body], next_cursor: null });
  });

  it('keeps every digit of its amounts, written as numbers or as texts', async () => {
    const digits = '123456789012345678901234567890.123456';
    const answer = await send(
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
      expect((await create({ unit: undefined, asset, amount: '0.000000001' })).body).toMatchObject({
        asset: sol,
        amount: '0.000000001',
      });
    const written = usdc[1]!.replace('fbd', 'FBD');
    expect(written).toContain(EVM);
    expect((await create({ unit: undefined, asset: written })).body['asset']).toBe(usdc[1]);
  });

  it('is made once for an Idempotency-Key, also when the first answer was lost', async () => {
    const body = { name: 'Cap', unit: 'USD', amount: '10', period: 'month' };
    const again = (): Promise<Answer> =>
      send('POST', '/budgets', body, 'admin', { 'idempotency-key': 'cap-1' });
    const first = await again();
    const second = await again();
    expect(second.text).toBe(first.text);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    await stack.db.pool.query(
      `update idempotency set answer = null, locked_until = now() where key = 'cap-1'`,
    );
    const third = await again();
    expect([third.status, third.body['id']]).toEqual([201, first.body['id']]);
    expect((await get('/budgets')).body['budgets']).toHaveLength(1);
  });
});

it('is what whoever holds money goes by', async () => {
  const scope = { subject: 'user-a', payee: 'seller' };
  const more = { applies_to: scope, alerts: [0.25, 0.9999], approve_above: '2.5', mode: 'warn' };
  const id = await made({ ...more, rollover: { enabled: true, cap: '4' } });
  const other = await made({ period: 'run', rollover: { enabled: false, cap: '1' } });
  const living = new Map(
    (await livingBudgets(stack.db.pool, 'default')).map((budget) => [budget.id, budget]),
  );
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
    createdAtMs: Date.parse(String((await get(`/budgets/${id}`)).body['created_at'])),
  });
  expect(living.get(other)).not.toHaveProperty('rollover');
});

describe('how a budget stands', () => {
  it('is what is spent, held, of unknown outcome and left, which add up to the amount', async () => {
    const id = await made();
    const run = await newRun();
    await spend({ budget: id, run, amount: 1_500_000n });
    await hold({ budget: id, run, amount: 250_001n });
    await hold({ budget: id, run, amount: 2_000_000n, status: 'unknown' });
    await close(stack.db, await hold({ budget: id, run, amount: 5_000_000n, status: 'unknown' }), 'release');
    const want = { spent: '1.5', held: '0.250001', unknown: '2', left: '6.249999', carried: '0' };
    expect(await figures(id)).toEqual(want);
  });

  it('begins anew with its period, and what the last one left goes along up to the cap', async () => {
    const rolls = await made({ rollover: { enabled: true, cap: '4' } });
    const all = await made({ rollover: { enabled: true } });
    const starts = await made({ rollover: { enabled: false } });
    const run = await newRun();
    const last = windowAt({ period: 'month', createdAtMs: 0 }, windowNow('month').startsAtMs - 1, '');
    for (const budget of [rolls, all, starts]) await spend({ budget, run, amount: 3_000_000n, window: last });
    const fresh = { spent: '0', held: '0', unknown: '0' };
    expect(await figures(rolls)).toEqual({ ...fresh, carried: '4', left: '14' });
    expect(await figures(all)).toEqual({ ...fresh, carried: '7', left: '17' });
    expect(await figures(starts)).toEqual({ ...fresh, carried: '0', left: '10' });
  });

  it.each(['hour', 'day', 'week', 'month'] as const)('renews when the %s does', async (period) => {
    const id = await made({ period });
    await spend({ budget: id, run: await newRun(), amount: 4_000_000n, window: windowNow(period) });
    const { body } = await get(`/budgets/${id}`);
    expect(Date.parse(String(body['renews_at']))).toBe(windowNow(period).endsAtMs);
    expect(body).toMatchObject({ spent: '4', left: '6' });
  });

  it('never renews for all time', async () => {
    const id = await made({ period: 'total' });
    await spend({ budget: id, run: await newRun(), amount: 4_000_000n, window: windowNow('total') });
    expect((await get(`/budgets/${id}`)).body).toMatchObject({ spent: '4', left: '6', renews_at: null });
  });

  it('is summed over open runs where each run has its own, and the least that one of them has is left', async () => {
    const id = await made({ period: 'run' });
    const [open, other, ended, stuck] = [await newRun(), await newRun(), await newRun(), await newRun()];
    const each = { budget: id, amount: 1_000_000n };
    await spend({ ...each, run: open, amount: 7_000_000n, window: windowNow('run', open) });
    await hold({ ...each, run: other, window: windowNow('run', other) });
    await spend({ ...each, run: ended, amount: 9_000_000n, window: windowNow('run', ended) });
    await hold({ ...each, run: stuck, status: 'unknown', window: windowNow('run', stuck) });
    await writer.end(ended);
    await writer.end(stuck);
    expect(await figures(id)).toEqual({ spent: '7', held: '1', unknown: '1', left: '3', carried: '0' });
    expect(await figures(await made({ period: 'run' }))).toMatchObject({ spent: '0', left: '10' });
  });
});

describe('changing a budget', () => {
  it('changes what is named and nothing else', async () => {
    const id = await made({ approve_above: '2', rollover: { enabled: true, cap: '1' } });
    const before = (await get(`/budgets/${id}`)).body;
    const change = { name: 'Other', amount: 12.5, mode: 'warn', alerts: [0.9], approve_above: null };
    const { status, body } = await send('PATCH', `/budgets/${id}`, change);
    expect(status).toBe(200);
    const { updated_at, ...rest } = body;
    expect(rest).toEqual({
      ...without(before, 'updated_at'),
      ...change,
      amount: '12.5',
      left: '12.5',
    });
    expect(Date.parse(String(updated_at))).toBeGreaterThanOrEqual(Date.parse(String(before['updated_at'])));
    expect((await send('PATCH', `/budgets/${id}`, { rollover: null })).body['rollover']).toBeNull();
  });

  it('to less than is spent leaves nothing', async () => {
    const id = await made();
    await spend({ budget: id, run: await newRun(), amount: 6_000_000n });
    expect((await send('PATCH', `/budgets/${id}`, { amount: '5' })).body).toMatchObject({
      amount: '5',
      spent: '6',
      left: '0',
    });
  });

  it('to more forgets the shares that are not used any more, and closes what was told of them', async () => {
    const id = await made();
    const { key } = windowNow('month');
    await hold({ budget: id, run: await newRun(), amount: 9_000_000n, alerted: [0.5, 0.8] });
    for (const share of [0.5, 0.8])
      await stack.db.pool.query(
        `insert into attention (id, tenant, kind, detail, data) values ($1, 'default', 'budget_alert', 'x', '{}')`,
        [`budget:${id}:${key}:${share}`],
      );
    await send('PATCH', `/budgets/${id}`, { amount: '15' });
    const told = await stack.db.pool.query<{ alerted: number[] }>(
      'select alerted::float8[] as alerted from budget_window where budget_id = $1',
      [id],
    );
    expect(told.rows).toEqual([{ alerted: [0.5] }]);
    const open = (await get('/attention')).body['attention'] as { id: string }[];
    expect(open.map((item) => item.id).filter((item) => item.includes(id))).toEqual([
      `budget:${id}:${key}:0.5`,
    ]);
  });
});

const without = (body: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));

describe('deleting a budget', () => {
  it('is refused while a payment holds some of it, whatever its period, and leaves nothing to find', async () => {
    const id = await made();
    const last = windowAt({ period: 'month', createdAtMs: 0 }, windowNow('month').startsAtMs - 1, '');
    const payment = await hold({ budget: id, run: await newRun(), amount: 1_250_000n, window: last });
    const refused = await send('DELETE', `/budgets/${id}`);
    expect([refused.status, refused.body['code']]).toEqual([409, 'budget_in_use']);
    expect(refused.body['detail']).toContain('hold 1.25 of it');
    await close(stack.db, payment, 'spend');
    const done = await send('DELETE', `/budgets/${id}`);
    expect([done.status, done.text]).toEqual([204, '']);
    for (const answer of [
      await get(`/budgets/${id}`),
      await get(`/budgets/${id}/entries`),
      await send('DELETE', `/budgets/${id}`),
      await send('PATCH', `/budgets/${id}`, { amount: '1' }),
      await send('POST', `/budgets/${id}/reset`, { note: 'Again.' }),
    ])
      expect([answer.status, answer.body['code']]).toEqual([404, 'budget_not_found']);
    expect((await get('/budgets')).body['budgets']).toEqual([]);
    const kept = await stack.db.pool.query('select from budget_entry where budget_id = $1', [id]);
    expect(kept.rowCount).toBe(2);
  });

  it('waits for a payment that is about to hold some of it, and is then refused', async () => {
    const id = await made();
    const run = await newRun();
    const client = await stack.db.pool.connect();
    await client.query('begin');
    await holdIn(client, { budget: id, run, amount: 1n });
    const deletion = send('DELETE', `/budgets/${id}`);
    await expect
      .poll(async () => (await stack.db.pool.query('select from pg_locks where not granted')).rowCount)
      .toBeGreaterThan(0);
    await client.query('commit');
    client.release();
    expect((await deletion).body['code']).toBe('budget_in_use');
  });
});

describe('resetting a budget', () => {
  it('makes spent 0, keeps what is held and every entry, and says who did it and why', async () => {
    const id = await made();
    const run = await newRun();
    await spend({ budget: id, run, amount: 3_000_000n });
    await hold({ budget: id, run, amount: 2_000_000n });
    const answer = await send('POST', `/budgets/${id}/reset`, { note: ' Paid by bank. ' });
    expect([answer.status, answer.body['spent'], answer.body['held'], answer.body['left']]).toEqual([
      200,
      '0',
      '2',
      '8',
    ]);
    const [newest, ...older] = await entriesOf(id);
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
    const id = await made();
    const reset = (key: string): Promise<Answer> =>
      send('POST', `/budgets/${id}/reset`, { note: 'Now.' }, 'admin', { 'idempotency-key': key });
    expect((await reset('none')).status).toBe(200);
    expect(await entriesOf(id)).toEqual([]);
    const run = await newRun();
    await spend({ budget: id, run, amount: 3_000_000n });
    await reset('one');
    await spend({ budget: id, run, amount: 1_000_000n });
    expect((await reset('one')).headers.get('idempotent-replayed')).toBe('true');
    expect(await figures(id)).toMatchObject({ spent: '1' });
  });

  it('is done for every open run where each has its own', async () => {
    const id = await made({ period: 'run' });
    const [open, other, ended] = [await newRun(), await newRun(), await newRun()];
    for (const run of [open, other, ended])
      await spend({ budget: id, run, amount: 3_000_000n, window: windowNow('run', run) });
    await writer.end(ended);
    await send('POST', `/budgets/${id}/reset`, { note: 'Now.' });
    expect(await figures(id)).toMatchObject({ spent: '0', left: '10' });
    const resets = (await entriesOf(id)).filter(({ kind }) => kind === 'reset');
    expect(resets.map(({ run_id, amount }) => [run_id, amount]).toSorted()).toEqual(
      [open, other].map((run) => [run, '-3']).toSorted(),
    );
  });
});

describe('lists', () => {
  it('of budgets go on where the last page ended', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift(await made({ name: `Cap ${n}` }));
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: Answer = await get(`/budgets?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...(body['budgets'] as { id: string }[]).map(({ id }) => id));
      cursor = body['next_cursor'] as string | null;
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect(new Set(seen).size).toBe(5);
  });

  it('of entries are newest first, and go on where the last page ended', async () => {
    const id = await made();
    const run = await newRun();
    const payments: string[] = [];
    for (let n = 0; n < 5; n += 1) payments.unshift(await hold({ budget: id, run, amount: BigInt(n + 1) }));
    const first = (await get(`/budgets/${id}/entries?limit=3`)).body;
    const next = (await get(`/budgets/${id}/entries?limit=3&cursor=${String(first['next_cursor'])}`)).body;
    const shown = [...(first['entries'] as object[]), ...(next['entries'] as object[])] as {
      payment_id: string;
      amount: string;
    }[];
    expect(shown.map(({ payment_id }) => payment_id)).toEqual(payments);
    expect(shown[0]?.amount).toBe('0.000005');
    expect(next['next_cursor']).toBeNull();
    const odd = Buffer.from('1 x').toString('base64url');
    expect((await get(`/budgets/${id}/entries?cursor=${odd}`)).body['code']).toBe('invalid_cursor');
  });
});

describe('who may do what', () => {
  it('reading is for every key, changing for admins alone', async () => {
    const id = await made();
    expect((await get(`/budgets/${id}`, 'hers')).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/budgets', { name: 'Mine', unit: 'USD', amount: '1', period: 'day' }],
      ['PATCH', `/budgets/${id}`, { amount: '99' }],
      ['DELETE', `/budgets/${id}`, undefined],
      ['POST', `/budgets/${id}/reset`, { note: 'Please.' }],
    ] as const)
      expect((await send(method, path, body, 'hers')).status, `${method} ${path}`).toBe(403);
    expect((await get(`/budgets/${id}`)).body['amount']).toBe('10');
  });

  it('another tenant finds nothing, admins included', async () => {
    const id = await made();
    expect((await get('/budgets', 'elsewhere')).body['budgets']).toEqual([]);
    for (const answer of [
      await get(`/budgets/${id}`, 'elsewhere'),
      await get(`/budgets/${id}/entries`, 'elsewhere'),
      await send('PATCH', `/budgets/${id}`, { amount: '1' }, 'elsewhere'),
      await send('DELETE', `/budgets/${id}`, undefined, 'elsewhere'),
      await send('POST', `/budgets/${id}/reset`, { note: 'x' }, 'elsewhere'),
    ])
      expect([answer.status, answer.body['code']]).toEqual([404, 'budget_not_found']);
    expect((await get(`/budgets/${id}`)).status).toBe(200);
  });

  it('a subject sees what is for everyone and for itself, and of its book what is of its own runs', async () => {
    const shared = await made();
    const hers = await made({ applies_to: { subject: 'user-a' } });
    const ids = async (who: Who): Promise<string[]> =>
      ((await get('/budgets', who)).body['budgets'] as { id: string }[]).map(({ id }) => id).toSorted();
    expect(await ids('hers')).toEqual([shared, hers].toSorted());
    expect(await ids('his')).toEqual([shared]);
    expect((await get(`/budgets/${hers}`, 'his')).body['code']).toBe('budget_not_found');
    expect((await get(`/budgets/${hers}/entries`, 'his')).status).toBe(404);
    const [her, his] = [await newRun('user-a'), await newRun('user-b')];
    await spend({ budget: shared, run: her, amount: 1n });
    await hold({ budget: shared, run: his, amount: 1n });
    const seen = async (who: Who) => new Set((await entriesOf(shared, who)).map(({ run_id }) => run_id));
    expect(await seen('hers')).toEqual(new Set([her]));
    expect(await seen('his')).toEqual(new Set([his]));
    expect(await seen('admin')).toEqual(new Set([her, his]));
  });

  it('each change is in the audit trail, with what was wanted and why', async () => {
    const id = await made({ amount: '7' });
    await send('PATCH', `/budgets/${id}`, { amount: '8' });
    await send('POST', `/budgets/${id}/reset`, { note: 'Because.' });
    await send('DELETE', `/budgets/${id}`);
    const { rows } = await stack.db.pool.query<{ action: string; data: Record<string, unknown> }>(
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
