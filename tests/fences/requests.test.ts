import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newWallet } from '../api/support/reasoning-escrow.ts';
import { expectOneAnswer, overtake } from './overtaking.ts';
import { REQUESTS, startRequestStack, withdrawer, type RequestStack } from './requests.ts';

let stack: RequestStack;
beforeAll(async () => {
  stack = await startRequestStack();
});
afterAll(() => stack.close());

/** One for each thing that a stopped process may have behind it; every line of every request: requests.full.ts. */
test.each([
  ['claim.taken', 'a workflow'],
  ['claim.bound', 'a workflow'],
  ['run.committed', 'another run of one'],
  ['command.asked', 'an approval'],
  ['money.held', 'a withdrawal'],
  ['answer.rendered', 'a workflow'],
] as const)(
  'an API stopped at %s with %s for longer than its claim says and does what the next try did',
  (point, request) => REQUESTS[request].hold(stack, point),
);

test('what the next try was refused, the stopped one does not do when it could', async () => {
  const userId = await withdrawer(stack);
  const body = { amount: '2', asset: 'USDC', destination: newWallet() };
  const request = { path: `/escrow/${userId}/withdraw`, body, key: randomUUID() };
  const answers = await overtake(stack, 'claim.taken', request, () => stack.app.fund(userId, '5'));
  await expectOneAnswer(stack, answers, 400);
  expect(answers[0].body['code']).toBe('insufficient_escrow');
  const { rows } = await stack.db.pool.query('select from withdrawal where user_id = $1', [userId]);
  expect(rows).toEqual([]);
});
