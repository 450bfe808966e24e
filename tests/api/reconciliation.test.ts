import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEscrowUser } from '../../db/escrow/users.ts';
import { applyTransfer, readBalance } from '../../db/ledger.ts';
import { bookSurplus, noteArrival } from '../../db/repositories/arrivals.ts';
import { findDifferences, saveReport } from '../../db/repositories/reconciliation.ts';
import { escrowAccount, reserveAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import { move } from '../../domain/ledger.ts';
import { createCaller, type Caller } from './support/http.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
const ACCOUNT = {
  account_id: 'custody:system:me:usdc',
  asset: 'usdc',
  ledger: '10',
  chain: '7',
  drift: '-3',
  explained: false,
  surplus: '0',
};

/** While this is set, checks are held up. */
let held: Promise<void> | undefined;
let app: ReasoningApp;
let operator: Caller;
const callers: { [subject: string]: Caller } = {};
const runs: { [subject: string]: string } = {};

beforeAll(async () => {
  app = await startReasoningApp({
    settings: { auth: 'on', adminKey: ADMIN, commandTimeoutMs: 2000 },
    activities: ({ db }) => ({
      async checkBooks() {
        await held;
        const id = `rec_${randomUUID()}`;
        const findings = (await findDifferences(db, 0)).map((finding) => ({ ...finding, repaired: false }));
        await saveReport(db.pool, { id, took_ms: 1, accounts: [ACCOUNT], findings });
        return { id, findings: findings.length, repaired: 0 };
      },
    }),
  });
  operator = createCaller(app.url, { authorization: `Bearer ${ADMIN}` });
  for (const name of ['ada', 'ben']) {
    const subject = app.user();
    await app.fund(subject, '5');
    runs[name] = await runWithMoneyLeft(subject);
    const { body } = await operator.post('/admin/keys', { name, subject, scopes: ['read', 'operate'] });
    callers[name] = createCaller(app.url, { authorization: `Bearer ${String(body['key'])}` });
  }
});
afterAll(() => app.close());

/** An ended run whose reserve was not given back. */
async function runWithMoneyLeft(subject: string): Promise<string> {
  const id = `wf_${randomUUID()}`;
  await app.db.pool.query(
    `insert into run (id, tenant, family, kind, subject, status, input_sealed, workflow_id, finished_at)
     values ($1, 'default', 'reasoning', 'reasoning', $2, 'failed', 'x', $1, now() - interval '1 second')`,
    [id, subject],
  );
  const usdc = escrowAsset(app.options.assets, 'USDC')!;
  const entries = move(escrowAccount('default', subject, usdc), reserveAccount('default', id, usdc), 5n);
  await applyTransfer(app.db.pool, {
    id: `reserve:${id}`,
    kind: 'reserve',
    state: 'posted',
    tenant: 'default',
    runId: id,
    entries,
  });
  return id;
}

const runIds = (body: Record<string, unknown>): unknown[] =>
  (body['findings'] as { run_id?: string }[]).map(({ run_id }) => run_id);

test('the first request has the books checked, and the operator sees every account and finding', async () => {
  const { status, body } = await operator.get('/ledger/reconciliation');
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual(['id', 'checked_at', 'took_ms', 'accounts', 'findings']);
  expect(body['accounts']).toEqual([ACCOUNT]);
  expect(body['findings']).toHaveLength(2);
  expect(new Set(runIds(body))).toEqual(new Set(Object.values(runs)));
  expect(body['findings']).toContainEqual({
    kind: 'reserve_left',
    run_id: runs['ada'],
    object: expect.stringContaining(`reserve:default:${runs['ada']}`) as string,
    detail: expect.stringMatching(/is failed, and its reserve still has 5 minor units of /) as string,
    repaired: false,
  });
});

test('the owner of a run sees what was found about it, and nothing of others or of the installation', async () => {
  const { status, body } = await callers['ada']!.get('/ledger/reconciliation');
  expect(status).toBe(200);
  expect(body['accounts']).toEqual([]);
  expect(runIds(body)).toEqual([runs['ada']]);
});

test('a check on request answers the new report', async () => {
  const before = (await operator.get('/ledger/reconciliation')).body['id'];
  const { status, body } = await operator.post('/ledger/reconciliation', {});
  expect(status).toBe(200);
  expect(body['id']).not.toBe(before);
  expect((await operator.get('/ledger/reconciliation')).body['id']).toBe(body['id']);
});

test('a check that takes longer is 202 with the previous report, and later requests join it', async () => {
  const before = (await operator.get('/ledger/reconciliation')).body['id'];
  let release = (): void => undefined;
  held = new Promise((resolve) => (release = resolve));
  const replies = await Promise.all([
    operator.post('/ledger/reconciliation', {}),
    operator.post('/ledger/reconciliation', {}),
  ]);
  expect(replies.map(({ status, body }) => [status, body['id']])).toEqual([
    [202, before],
    [202, before],
  ]);
  release();
  held = undefined;
  await expect.poll(async () => (await operator.get('/ledger/reconciliation')).body['id']).not.toBe(before);
});

test('asking for a check needs the scope operate', async () => {
  const { body } = await operator.post('/admin/keys', {
    name: 'reader',
    subject: app.user(),
    scopes: ['read'],
  });
  const reader = createCaller(app.url, { authorization: `Bearer ${String(body['key'])}` });
  expect((await reader.post('/ledger/reconciliation', {})).status).toBe(403);
});

test('Prometheus reads drift, findings and the time of the last check', async () => {
  const text = await (await fetch(`${app.url}/metrics/prometheus`)).text();
  expect(text).toContain('steward_ledger_drift{account="custody:system:me:usdc",asset="usdc"} -3\n');
  expect(text).toContain('steward_ledger_findings 2\n');
  expect(Number(/^steward_ledger_checked_timestamp_seconds (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(1.7e9);
});

describe('money that nobody claimed', () => {
  const usdc = () => escrowAsset(app.options.assets, 'USDC')!;
  const waiting = async (amount: bigint): Promise<string> => {
    const arrival = {
      txHash: randomUUID(),
      asset: usdc(),
      sender: 'a wallet',
      amount,
      position: 1,
      final: true,
    };
    const id = await noteArrival(app.db.pool, arrival);
    await app.db.transaction((client) => bookSurplus(client, id, usdc()));
    return id;
  };
  const listed = async (query: string) => {
    const { body } = await operator.get(`/ledger/surplus?${query}`);
    const { surplus, next_cursor } = body as unknown as {
      surplus: { id: string }[];
      next_cursor: string | null;
    };
    return { ids: surplus.map(({ id }) => id), next: next_cursor };
  };
  const assign = (id: string, body: object, key?: string) =>
    operator.post(`/ledger/surplus/${id}/assign`, body, key === undefined ? {} : { 'idempotency-key': key });
  const note = 'She wrote to us.';

  test('is listed in pages by its state, to the operator alone', async () => {
    const [one, two] = [await waiting(5n), await waiting(6n)];
    const first = await listed('state=waiting&limit=1');
    expect(first.ids).toEqual([two]);
    expect((await listed(`state=waiting&limit=1&cursor=${first.next}`)).ids).toEqual([one]);
    expect((await listed('state=assigned')).ids).toEqual([]);
    expect((await callers['ada']!.get('/ledger/surplus')).status).toBe(403);
    const { body } = await operator.get('/attention');
    expect(JSON.stringify(body)).toContain(`surplus:${one}`);
  });

  test('is given to exactly one, once: a repetition under a key is told the same, without one it is a conflict', async () => {
    const subject = app.user();
    await app.fund(subject, '1');
    await createEscrowUser(app.db.pool, 'default', subject, 'their wallet');
    const id = await waiting(7n);
    for (const to of [{}, { user_id: subject, run_id: 'x' }, 'somebody', undefined])
      expect((await assign(id, { to, note })).status).toBe(400);
    expect((await assign(id, { to: 'operator' })).status).toBe(400);
    expect(await assign(id, { to: { user_id: 'nobody' }, note }, 'k0')).toMatchObject({ status: 404 });
    expect(await assign('sur_none', { to: 'operator', note })).toMatchObject({ status: 404 });
    const key = randomUUID();
    const done = await assign(id, { to: { user_id: subject }, note }, key);
    expect(done).toMatchObject({ status: 200, body: { state: 'assigned', amount: '7', assigned: { note } } });
    expect((await assign(id, { to: { user_id: subject }, note }, key)).body).toEqual(done.body);
    const again = await assign(id, { to: 'operator', note });
    expect([again.status, again.body['code']]).toEqual([409, 'surplus_not_waiting']);
    const { available } = await readBalance(app.db.pool, escrowAccount('default', subject, usdc()).account);
    expect(available).toBe(1_000_007n);
    const { rows } = await app.db.pool.query(
      `select data ->> 'to' as to, data ->> 'note' as note from audit where action = 'surplus assign' and object = $1 order by id`,
      [`/ledger/surplus/${id}`],
    );
    expect(rows).toContainEqual({ to: `user:${subject}`, note });
  });
});
