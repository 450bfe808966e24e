import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyTransfer } from '../../db/ledger.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { insertModelUse, settleModelUse } from '../../db/repositories/usage.ts';
import { escrowAccount, payeeAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import { createValues } from '../../db/values.ts';
import { createSealer } from '../../db/sealing.ts';
import { ask, openStack, type ApiStack } from './support/api.ts';
import { createWriter } from './support/streams.ts';

let stack: ApiStack;
let api: { url: string };
let writer: ReturnType<typeof createWriter>;

beforeAll(async () => {
  stack = await openStack();
  api = await stack.start();
  writer = createWriter(stack.db);
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

type Row = Record<string, unknown>;

/** Follows next_cursor to the end. */
async function allOf(path: string, name: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { status, body } = await ask(
      api,
      `${path}${path.includes('?') ? '&' : '?'}limit=2${cursor ? `&cursor=${cursor}` : ''}`,
    );
    expect(status).toBe(200);
    rows.push(...(body[name] as Row[]));
    cursor = body['next_cursor'] as string | null;
  }
  return rows;
}

describe('runs', () => {
  it('are listed newest first, page by page, by family, status, subject and words', async () => {
    for (let i = 1; i <= 5; i++) await writer.run(`list-${i}`, 'default', i % 2 ? 'odd' : 'even');
    await writer.end('list-3');
    await writer.run('hidden', 'another');
    expect((await allOf('/runs', 'runs')).map(({ id }) => id)).toEqual([
      'list-5',
      'list-4',
      'list-3',
      'list-2',
      'list-1',
    ]);
    expect((await allOf('/runs?family=even', 'runs')).map(({ id }) => id)).toEqual(['list-4', 'list-2']);
    expect((await allOf('/runs?status=completed', 'runs')).map(({ id }) => id)).toEqual(['list-3']);
    expect(await allOf('/runs?subject=nobody', 'runs')).toEqual([]);
    expect((await allOf('/runs?q=LIST-2', 'runs')).map(({ id }) => id)).toEqual(['list-2']);
    expect(await allOf('/runs?q=%25', 'runs')).toEqual([]);
  });

  it('show what models were asked for them, tokens and cost, and nothing where none was', async () => {
    await writer.run('with-model', 'default');
    await writer.run('without-model', 'default');
    const use = { tenant: 'default', runId: 'with-model', provider: 'openai', model: 'gpt', most: 500 };
    for (const id of ['use-1', 'use-2', 'use-3'])
      await insertModelUse(stack.db.pool, { ...use, id, key: id, try: 1 });
    const priced = { input: 40, output: 2, told: true, cost: 1_250_000n };
    await settleModelUse(stack.db.pool, 'use-1', priced);
    await settleModelUse(stack.db.pool, 'use-2', { input: 500, output: 0, told: false, cost: undefined });
    const at = expect.stringMatching(/^2.*Z$/) as string;
    const shown = { provider: 'openai', model: 'gpt', at };
    expect((await ask(api, '/runs/with-model')).body['model_use']).toEqual([
      { ...shown, input_tokens: 40, output_tokens: 2, told: true, cost_usd: '1.25' },
      { ...shown, input_tokens: 500, output_tokens: 0, told: false, cost_usd: null },
      { ...shown, input_tokens: null, output_tokens: null, told: false, cost_usd: null },
    ]);
    expect((await ask(api, '/runs/without-model')).body).not.toHaveProperty('model_use');
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'limit=',
    'status=odd',
    'cursor=zzz',
    'cursor=',
    `cursor=${Buffer.from('1 ').toString('base64url')}`,
  ])('refuse ?%s', async (query) => {
    expect((await ask(api, `/runs?${query}`)).status).toBe(400);
  });

  const LISTS = ['/runs', '/payments', '/approvals', '/attention', '/ledger/accounts', '/budgets'];
  it.each([
    '1795000000000 \0',
    '-1 x',
    '999999999999999 x',
    JSON.stringify(['2026-01-01T00:00:00.000Z', '\0']),
    JSON.stringify(['-271821-04-20T00:00:00.000Z', 'x']),
    JSON.stringify(['2026-01-01T00:00:00.000Z', 'x']),
  ])('refuse the cursor %j wherever there is a list', async (text) => {
    const cursor = Buffer.from(text).toString('base64url');
    for (const path of LISTS)
      expect([path, (await ask(api, `${path}?cursor=${cursor}`)).status]).toEqual([path, 400]);
    expect((await ask(api, `/events?after=${cursor}`)).body['code']).toBe('invalid_cursor');
  });

  it('show outputs, errors, costs and steps, wherever these are stored', async () => {
    const run = await writer.run('shown');
    const values = createValues(stack.db.pool, createSealer('a secret of the tests'));
    const large = await values.keep(run, { text: 'x'.repeat(40_000) });
    expect(large).toHaveProperty('ref');
    await writer.emit(run, {
      key: 'all',
      type: 'step.completed',
      data: {},
      status: 'running',
      view: {
        output: { answer: 42 },
        cost: [{ amount: '0.25', asset: 'USDC' }],
        deadlines: { approval: '2030-01-01T00:00:00.000Z' },
      },
      step: { id: 's1', status: 'completed', data: { result: { outputRef: { ...large } } } },
    });
    const { body } = await ask(api, `/runs/${run}`);
    expect(body).toMatchObject({
      status: 'running',
      output: { answer: 42 },
      cost: [{ amount: '0.25', asset: 'USDC' }],
      deadlines: { approval: '2030-01-01T00:00:00.000Z' },
      steps: [{ id: 's1', status: 'completed', data: { result: { output: { text: 'x'.repeat(40_000) } } } }],
    });
    expect(body['started_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("treat an output that looks like a reference as a service's own words", async () => {
    const values = createValues(stack.db.pool, createSealer('a secret of the tests'));
    const secret = await values.keep(await writer.run('of another', 'another'), {
      secret: 's'.repeat(40_000),
    });
    for (const output of [{ ...secret }, { ref: 'x', sha256: 'y', size: 1 }, { inline: 5 }]) {
      const run = await writer.run(`lure ${JSON.stringify(output).length}`);
      await writer.emit(run, { key: 'all', type: 'step.completed', data: {}, view: { output } });
      expect((await ask(api, `/runs/${run}`)).body['output']).toEqual(output);
    }
    expect((await ask(api, '/runs')).status).toBe(200);
  });
});

describe('payments', () => {
  it('are listed and shown without their sealed parts', async () => {
    const insert = (id: string, tenant: string, status: string) =>
      stack.db.pool.query(
        `insert into payment (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed)
         values ($1, $2, $1, 's', 1, 'x402-evm', 'eip155:31337', 'eip155:31337/erc20:0xabc', 123456789012345678901234567890, '0xdef', $3, 'x')`,
        [id, tenant, status],
      );
    for (const id of ['p1', 'p2', 'p3']) await insert(id, 'default', id === 'p2' ? 'unknown' : 'settled');
    await insert('p4', 'another', 'settled');
    expect((await allOf('/payments', 'payments')).map(({ id }) => id)).toEqual(['p3', 'p2', 'p1']);
    expect((await allOf('/payments?status=unknown', 'payments')).map(({ id }) => id)).toEqual(['p2']);
    expect((await allOf('/payments?run_id=p1', 'payments')).map(({ id }) => id)).toEqual(['p1']);
    const { body, text } = await ask(api, '/payments/p2');
    expect(body).toMatchObject({
      id: 'p2',
      amount: '123456789012345678901234567890',
      status: 'unknown',
      finalized: false,
      tx_hash: null,
    });
    expect(text).not.toContain('sealed');
    expect(body['standing']).toMatchObject({
      age_ms: expect.any(Number) as number,
      known: expect.arrayContaining([expect.stringContaining('not proven')]) as string[],
      next: expect.stringContaining('Do not pay the seller by hand') as string,
    });
    expect((await ask(api, '/payments/p4')).body['code']).toBe('payment_not_found');
    expect(await allOf('/payments?stuck=true', 'payments')).toEqual([]);
    await stack.db.pool.query(
      `update payment set created_at = created_at - interval '1 hour', status = case id when 'p3' then 'settled' else status end where id in ('p2', 'p3')`,
    );
    expect((await allOf('/payments?stuck=true', 'payments')).map(({ id }) => id)).toEqual(['p2', 'p3']);
    expect((await ask(api, '/payments?status=lost')).status).toBe(400);
  });
});

describe('attention', () => {
  it('is resolved once, with a note', async () => {
    for (const id of ['a1', 'a2', 'a3'])
      await raiseAttention(stack.db.pool, {
        id,
        tenant: 'default',
        kind: 'undo_failed',
        runId: null,
        detail: 'Look.',
        data: { step: id },
      });
    expect((await allOf('/attention', 'attention')).map(({ id }) => id)).toHaveLength(3);
    const resolve = (note: string) => ask(api, '/attention/a2/resolve', { method: 'POST', body: { note } });
    const first = await resolve('Refunded by hand.');
    expect(first.body).toMatchObject({
      id: 'a2',
      note: 'Refunded by hand.',
      resolved_by: 'local',
      data: { step: 'a2' },
    });
    expect((await resolve('Again.')).body).toEqual(first.body);
    expect(
      (await allOf('/attention', 'attention'))
        .map(({ id }) => String(id))
        .toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(['a1', 'a3']);
    expect((await allOf('/attention?resolved=true', 'attention')).map(({ id }) => id)).toEqual(['a2']);
    expect((await resolve('  ')).status).toBe(400);
    expect(
      (await ask(api, '/attention/nobody/resolve', { method: 'POST', body: { note: 'x' } })).body['code'],
    ).toBe('attention_not_found');
  });
});

describe('the ledger', () => {
  it('shows accounts with their balances, and their transfers', async () => {
    const asset = {
      id: 'solana:test/token:mint',
      code: 'USDC',
      network: 'solana:test',
      address: 'mint',
      decimals: 6,
    };
    const [escrow, payee] = [
      escrowAccount('default', 'user-1', asset),
      payeeAccount('default', 'seller', asset),
    ];
    const post = (
      id: string,
      kind: 'deposit' | 'payment',
      state: 'posted' | 'pending',
      entries: ReturnType<typeof move>,
    ) => applyTransfer(stack.db.pool, { id, kind, state, tenant: 'default', entries });
    await post('d1', 'deposit', 'posted', move(worldAccount(asset), escrow, 1_000_000n));
    await post('x1', 'payment', 'posted', move(escrow, payee, 300_000n));
    await post('x2', 'payment', 'pending', move(escrow, payee, 50_000n));
    const accounts = await allOf('/ledger/accounts', 'accounts');
    expect(accounts.find(({ id }) => id === escrow.account)).toMatchObject({
      posted: '700000',
      held: '50000',
      available: '650000',
      asset: asset.id,
    });
    expect(accounts.find(({ id }) => id === payee.account)).toMatchObject({ posted: '300000', held: '0' });
    expect(accounts.find(({ kind }) => kind === 'world')).toMatchObject({ posted: '-1000000' });
    const path = `/ledger/accounts/${encodeURIComponent(escrow.account)}/transfers`;
    const transfers = await allOf(path, 'transfers');
    expect(transfers.map(({ id, amount, state }) => [id, amount, state])).toEqual([
      ['x2', '-50000', 'pending'],
      ['x1', '-300000', 'posted'],
      ['d1', '1000000', 'posted'],
    ]);
    expect((await ask(api, '/ledger/accounts/nobody/transfers')).body['code']).toBe('account_not_found');
  });
});
