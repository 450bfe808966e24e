import { afterAll, beforeAll, expect, test } from 'vitest';
import { movePayment } from '../../db/repositories/payments-write.ts';
import { createCaller, type Caller } from './support/http.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';

/** Payments about which the chain says nothing yet. */
const silent = new Set<string>();
let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp({
    settings: { commandTimeoutMs: 3000 },
    activities: ({ db }) => ({
      async reconcilePayment({ intentId }: { intentId: string }) {
        while (silent.has(intentId)) await new Promise((resolve) => setTimeout(resolve, 50));
        await movePayment(db.pool, intentId, ['unknown'], 'settled', { txHash: 'tx', finalized: true });
        return { kind: 'settled', txHash: 'tx' };
      },
    }),
  });
  api = createCaller(app.url);
});
afterAll(() => app.close());

async function aPayment(id: string, status: string): Promise<string> {
  await app.db.pool.query(
    `insert into payment (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed)
     values ($1, 'default', $1, 's', 1, 'x402-evm', 'eip155:31337', 'eip155:31337/erc20:0xabc', 5, '0xdef', $2, 'x')`,
    [id, status],
  );
  return id;
}
const reconcile = (id: string) => api.post(`/payments/${id}/actions`, { action: 'reconcile' });

test('an open payment offers a look at the chain now, and what the look found is shown', async () => {
  const id = await aPayment('open', 'unknown');
  expect((await api.get(`/payments/${id}`)).body).toMatchObject({
    status: 'unknown',
    actions: ['reconcile'],
  });
  const reply = await reconcile(id);
  expect(reply.status).toBe(200);
  expect(reply.body).toMatchObject({ id, status: 'settled', finalized: true, tx_hash: 'tx', actions: [] });
});

test('many requests for a look while the chain says nothing start one look, which goes on by itself', async () => {
  const id = await aPayment('slow', 'unknown');
  silent.add(id);
  const replies = await Promise.all([reconcile(id), reconcile(id)]);
  for (const { status, body } of replies) expect([status, body['status']]).toEqual([202, 'unknown']);
  silent.delete(id);
  await expect.poll(async () => (await api.get(`/payments/${id}`)).body).toMatchObject({ status: 'settled' });
});

test('a closed payment offers nothing, and other actions are refused', async () => {
  const id = await aPayment('closed', 'void');
  const reply = await reconcile(id);
  expect([reply.status, reply.body['code']]).toEqual([409, 'invalid_state']);
  expect((await api.post(`/payments/${id}/actions`, { action: 'pay_again' })).body['code']).toBe(
    'validation_failed',
  );
  expect((await reconcile('nobody')).body['code']).toBe('payment_not_found');
});
