import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newWallet } from '../api/support/reasoning-escrow.ts';
import { overtake } from './overtaking.ts';
import { REQUESTS, startRequestStack, withdrawer, type RequestStack } from './requests.ts';

let stack: RequestStack;
beforeAll(async () => {
  stack = await startRequestStack();
});
afterAll(() => stack.close());

/** One case for each thing that a stopped process may have done. requests.full.ts has every point of every request. */
test.each([
  ['claim.taken', 'a workflow'],
  ['claim.bound', 'a workflow'],
  ['run.committed', 'another run of one'],
  ['command.asked', 'an approval'],
  ['money.held', 'a withdrawal'],
  ['answer.rendered', 'a workflow'],
] as const)(
  'an API stopped at %s with %s for longer than its claim does nothing more, and tells what the next try told',
  (point, request) => REQUESTS[request].hold(stack, point),
);

test('a stopped try does not do what the next try was refused, even when it could by then', async () => {
  const userId = await withdrawer(stack);
  const body = { amount: '2', asset: 'USDC', destination: newWallet() };
  const request = { path: `/escrow/${userId}/withdraw`, body, key: randomUUID() };
  const [slow, quick] = await overtake(stack, 'claim.taken', request, () => stack.app.fund(userId, '5'));
  expect([quick.status, quick.body['code']]).toEqual([400, 'insufficient_escrow']);
  expect([slow.status, slow.body['code']]).toEqual([409, 'idempotency_in_progress']);
  const { rows } = await stack.db.pool.query('select from withdrawal where user_id = $1', [userId]);
  expect(rows).toEqual([]);
  expect((await stack.api.post(request.path, body, { 'idempotency-key': request.key })).status).toBe(200);
});
