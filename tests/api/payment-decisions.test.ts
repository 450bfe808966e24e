import { afterAll, beforeAll, expect, test } from 'vitest';
import { EngineError } from '../../domain/errors.ts';
import { movePayment } from '../../db/repositories/payments-write.ts';
import type { PaymentDecisionOrder } from '../../domain/ports/payment-decisions.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { ask, type Answer } from './support/api.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
const TX = `0x${'ab'.repeat(32)}`;
const SINCE = Date.parse('2026-11-30T10:00:00.000Z');
/** The decisions that reached the worker. */
const asked: PaymentDecisionOrder[] = [];
let app: ReasoningApp;
let operator: Record<string, string>;
const admin = { authorization: `Bearer ${ADMIN}` };

beforeAll(async () => {
  app = await startReasoningApp({
    settings: { auth: 'on', adminKey: ADMIN, commandTimeoutMs: 5000 },
    activities: ({ db }) => ({
      async decidePayment(order: PaymentDecisionOrder) {
        asked.push(order);
        if (order.intentId === 'refused')
          throw new EngineError('invalid_state', 'The chain may still prove it.');
        const patch = { reason: 'DECLARED_VOID', proof: { blind: null } };
        await movePayment(db.pool, order.intentId, ['unknown'], order.decision, patch);
        return { decision: order.decision };
      },
    }),
  });
  const body = { name: 'operator', subject: 'w', scopes: ['read', 'operate', 'approve'] };
  const made = await ask(app, '/admin/keys', { method: 'POST', body, headers: admin });
  await aPayment('bare', blind());
  operator = { authorization: `Bearer ${String(made.body['key'])}` };
});
afterAll(() => app.close());

const blind = (over: JsonObject = {}): JsonObject => ({
  why: 'forgot',
  node: 'rpc.example',
  since: SINCE,
  decidableAtMs: SINCE,
  ...over,
});

async function aPayment(id: string, note: JsonObject | null, status = 'unknown'): Promise<string> {
  await app.db.pool.query(
    `insert into run (id, tenant, family, kind, subject, workflow_id, input_sealed, settings)
     values ($1, 'default', 'reasoning', 'task', 'w', $1, 'x', '{}')`,
    [id],
  );
  await app.db.pool.query(
    `insert into payment (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed,
       fingerprint, proof)
     values ($1, 'default', $1, 's', 1, 'x402-evm', 'eip155:1', 'eip155:1/erc20:0xabc', 5, '0xdef', $2, 'x', $3, $4)`,
    [id, status, `print-${id}`, JSON.stringify({ blind: note })],
  );
  return id;
}

const show = async (id: string, headers = admin): Promise<Answer['body']> =>
  (await ask(app, `/payments/${id}`, { headers })).body;
const act = (id: string, body: object, headers = admin): Promise<Answer> =>
  ask(app, `/payments/${id}/actions`, { method: 'POST', body, headers });
const declareVoid = (id: string) => ({
  action: 'declare_void',
  note: 'The node is gone.',
  confirm: `print-${id}`,
});

test('a payment says which node cannot prove it, since when and why, and what an admin may do', async () => {
  const id = await aPayment('told', blind());
  const body = await show(id);
  expect(body['actions']).toEqual(['reconcile', 'declare_void', 'declare_settled']);
  expect(body['standing']).toMatchObject({
    known: expect.arrayContaining([
      'The node rpc.example cannot prove it since 2026-11-30T10:00:00.000Z: it keeps no history back to the payment, so that what it does not show may have happened.',
    ]),
    unprovable: {
      node: 'rpc.example',
      why: 'forgot',
      since: '2026-11-30T10:00:00.000Z',
      decidable_from: '2026-11-30T10:00:00.000Z',
      confirm: 'print-told',
    },
  });
  await app.db.pool.query(`update payment set created_at = now() - interval '1 hour' where id = $1`, [id]);
  const stuck = await ask(app, '/payments?stuck=true', { headers: admin });
  expect(JSON.stringify(stuck.body['payments'])).toContain('rpc.example');
});

test('only an admin may decide, and only an admin is offered the decision', async () => {
  const id = await aPayment('not-theirs', blind());
  expect((await show(id, operator as typeof admin))['actions']).toEqual(['reconcile']);
  const reply = await act(id, declareVoid(id), operator as typeof admin);
  expect([reply.status, reply.body['code']]).toEqual([403, 'forbidden']);
  expect((await show(id))['status']).toBe('unknown');
});

test.each([
  ['while waiting may prove it', null, 'unknown'],
  ['while it may still land', blind({ decidableAtMs: null }), 'unknown'],
  ['before its time', blind({ decidableAtMs: Date.now() + 3_600_000 }), 'unknown'],
  ['once it is over', blind(), 'void'],
])('nothing is decided %s', async (what, note, status) => {
  const id = await aPayment(`early ${what}`, note, status);
  expect((await show(id))['actions']).toEqual(status === 'void' ? [] : ['reconcile']);
  const reply = await act(id, declareVoid(id));
  expect([reply.status, reply.body['code']]).toEqual([409, 'invalid_state']);
  expect(asked.some(({ intentId }) => intentId === id)).toBe(false);
});

test.each([
  ['note', { confirm: 'print-bare' }],
  ['confirm', { note: 'Gone.' }],
  ['tx_hash', { note: 'Gone.', confirm: 'print-bare', action: 'declare_settled' }],
  ['tx_hash', { note: 'Gone.', confirm: 'print-bare', action: 'declare_settled', tx_hash: 'a rumour' }],
])('a decision without its %s is sent back', async (missing, given) => {
  const reply = await act('bare', { action: 'declare_void', ...given });
  expect([reply.status, reply.body['code']]).toEqual([400, 'validation_failed']);
  expect(JSON.stringify(reply.body['errors'])).toContain(missing);
});

test('a decision is on the audit chain before the worker carries it out', async () => {
  const id = await aPayment('decided', blind());
  const reply = await act(id, declareVoid(id));
  expect([reply.status, reply.body['status'], reply.body['actions']]).toEqual([200, 'void', []]);
  expect(asked.filter(({ intentId }) => intentId === id)).toEqual([
    {
      intentId: id,
      decision: 'void',
      confirm: 'print-decided',
      txHash: null,
      by: 'operator (bootstrap)',
      note: 'The node is gone.',
    },
  ]);
  const { rows } = await app.db.pool.query<{ data: object }>(
    `select data from audit where action = 'payment declare_void' and object = $1`,
    [`/payments/${id}`],
  );
  expect(rows).toMatchObject([{ data: { note: 'The node is gone.', confirm: 'print-decided' } }]);
});

test('a payment is declared settled by the transaction that the decision names', async () => {
  const id = await aPayment('named', blind());
  const body = { action: 'declare_settled', note: 'Seen.', confirm: `print-${id}`, tx_hash: TX };
  expect((await act(id, body)).status).toBe(200);
  expect(asked.find(({ intentId }) => intentId === id)).toMatchObject({ decision: 'settled', txHash: TX });
});

test('a refusal by the worker is passed on in its words, and changes nothing', async () => {
  const id = await aPayment('refused', blind());
  const reply = await act(id, declareVoid(id));
  expect([reply.status, reply.body['code'], reply.body['detail']]).toEqual([
    409,
    'invalid_state',
    'The chain may still prove it.',
  ]);
  expect((await show(id))['status']).toBe('unknown');
});
