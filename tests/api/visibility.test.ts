import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyTransfer } from '../../db/ledger.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { escrowAccount, payeeAccount, reserveAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import { ask, openStack, type Answer, type ApiStack } from './support/api.ts';
import { createProbe } from './support/family.ts';
import { createWriter, readEvents } from './support/streams.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
const ASSET = {
  id: 'solana:test/token:mint',
  code: 'USDC',
  network: 'solana:test',
  address: 'mint',
  decimals: 6,
};
const RUNS = { hers: 'user-a', his: 'user-b' };

let stack: ApiStack;
let api: { url: string };
let writer: ReturnType<typeof createWriter>;
let keys: Record<keyof typeof RUNS | 'admin', string>;

beforeAll(async () => {
  stack = await openStack();
  const families = [createProbe().family];
  api = await stack.start({ families, settings: { auth: 'on', adminKey: ADMIN } });
  writer = createWriter(stack.db);
  for (const [run, subject] of Object.entries(RUNS)) await leaveTraces(run, subject);
  keys = { hers: await keyOf('user-a'), his: await keyOf('user-b'), admin: ADMIN };
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

/** A run with an event, a payment, an attention item and money. */
async function leaveTraces(run: string, subject: string): Promise<void> {
  await writer.run(run, 'default', 'probe', subject);
  await writer.steps(run, 1, 2);
  await stack.db.pool.query(
    `insert into payment (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed)
     values ($1, 'default', $2, 's', 1, 'x402-solana', 'solana:test', $3, 1, 'seller', 'unknown', 'x')`,
    [`payment-${run}`, run, ASSET.id],
  );
  const item = { kind: 'payment_unknown', detail: 'Look.', tenant: 'default', runId: run };
  await raiseAttention(stack.db.pool, { ...item, id: `item-${run}` });
  const [escrow, reserve] = [
    escrowAccount('default', subject, ASSET),
    reserveAccount('default', run, ASSET),
  ] as const;
  const post = (id: string, kind: 'deposit' | 'reserve' | 'payment', entries: ReturnType<typeof move>) =>
    applyTransfer(stack.db.pool, { id, kind, state: 'posted', tenant: 'default', entries });
  await post(`d-${run}`, 'deposit', move(worldAccount(ASSET), escrow, 5n));
  await post(`r-${run}`, 'reserve', move(escrow, reserve, 3n));
  await post(`p-${run}`, 'payment', move(reserve, payeeAccount('default', 'seller', ASSET), 1n));
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
async function keyOf(subject: string): Promise<string> {
  const body = { name: subject, subject, scopes: ['read', 'operate'] };
  const answer = await ask(api, '/admin/keys', { method: 'POST', body, headers: bearer(ADMIN) });
  return String(answer.body['key']);
}
const get = (who: keyof typeof keys, path: string): Promise<Answer> =>
  ask(api, path, { headers: bearer(keys[who]) });
const idsOf = ({ body }: Answer, list: string): unknown[] =>
  (body[list] as { id: unknown }[]).map(({ id }) => id);

describe('where runs belong to their subject, a key sees of other subjects', () => {
  it('no payments', async () => {
    expect(idsOf(await get('hers', '/payments'), 'payments')).toEqual(['payment-hers']);
    expect(idsOf(await get('admin', '/payments'), 'payments')).toHaveLength(2);
    expect((await get('hers', '/payments/payment-hers')).status).toBe(200);
    expect((await get('hers', '/payments/payment-his')).body['code']).toBe('payment_not_found');
  });

  it('no attention items, and resolves none', async () => {
    expect(idsOf(await get('his', '/attention'), 'attention')).toEqual(['item-his']);
    const resolve = (who: 'hers' | 'his') =>
      ask(api, '/attention/item-his/resolve', {
        method: 'POST',
        body: { note: 'Seen.' },
        headers: bearer(keys[who]),
      });
    expect((await resolve('hers')).body['code']).toBe('attention_not_found');
    expect((await resolve('his')).status).toBe(200);
  });

  it('no accounts and no transfers', async () => {
    const owners = ({ body }: Answer) => (body['accounts'] as { owner: string }[]).map(({ owner }) => owner);
    expect(owners(await get('hers', '/ledger/accounts')).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'hers',
      'user-a',
    ]);
    expect(owners(await get('admin', '/ledger/accounts')).length).toBeGreaterThanOrEqual(5);
    const path = (subject: string) =>
      `/ledger/accounts/${encodeURIComponent(escrowAccount('default', subject, ASSET).account)}/transfers`;
    expect((await get('hers', path('user-a'))).status).toBe(200);
    expect((await get('hers', path('user-b'))).body['code']).toBe('account_not_found');
  });

  it('no events on the feed, as a page and as a stream', async () => {
    const { body } = await get('hers', '/events');
    const seen = (body['events'] as { run_id: string }[]).map(({ run_id }) => run_id);
    expect(new Set(seen)).toEqual(new Set(['hers']));
    const all = (await get('admin', '/events')).body['events'] as { run_id: string }[];
    expect(new Set(all.map(({ run_id }) => run_id))).toEqual(new Set(['hers', 'his']));
    const streaming = readEvents(
      api,
      '/events?after=0',
      (events) => events.some(({ data }) => data['type'] === 'run.completed'),
      bearer(keys.hers),
    );
    await writer.end('his');
    await writer.end('hers');
    const streamed = (await streaming).filter(({ id }) => id !== undefined).map(({ data }) => data['run_id']);
    expect(streamed).toHaveLength(seen.length + 1);
    expect(new Set(streamed)).toEqual(new Set(['hers']));
  });
});
