import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCaller } from '../api/support/http.ts';
import { aFreePlan } from '../api/support/reasoning-plans.ts';
import { claimRunsOut, matrixOf } from './overtaking.ts';
import { REQUESTS, startRequestStack, type RequestStack } from './requests.ts';
import { startHost } from './stopped.ts';

let stack: RequestStack;
beforeAll(async () => {
  stack = await startRequestStack();
});
afterAll(() => stack.close());

test.each(matrixOf(REQUESTS))(
  'an API stopped at %s with %s for longer than its claim does nothing more, and tells what the next try told',
  (point, name) => REQUESTS[name].hold(stack, point),
);

test('an API stopped inside its transaction loses it after a while: the next try goes ahead, and both tell its answer', async () => {
  const { app, quick, db } = stack;
  const slow = await startHost({ ...stack.env, DATABASE_IDLE_IN_TRANSACTION_MS: '1500' });
  const userId = app.user({ plan: aFreePlan('stands still', 'a') });
  const key = { 'idempotency-key': randomUUID() };
  const create = (to: { url: string }) =>
    createCaller(to.url).post('/workflows/create', { userId, input: 'Do one thing' }, key);
  const stopped = slow.stopAt('run.inserted');
  const first = create(slow);
  await stopped;
  await expect.poll(async () => (await create(quick)).status, { timeout: 30_000 }).toBe(201);
  slow.go();
  const [late, second] = [await first, await create(quick)];
  slow.kill();
  expect([late.status, late.text]).toEqual([201, second.text]);
  const { rowCount } = await db.pool.query('select from run where subject = $1', [userId]);
  expect(rowCount).toBe(1);
});

const AT_ONCE = 20;

test('an API stopped under load makes one run for each key, and both answers name it', async () => {
  const userId = stack.app.user({ plan: aFreePlan('load', 'a') });
  const keys = Array.from({ length: AT_ONCE }, () => randomUUID());
  const create = (to: { url: string }, key: string) =>
    createCaller(to.url).post(
      '/workflows/create',
      { userId, input: 'Do one thing' },
      { 'idempotency-key': key },
    );
  const first = Promise.all(keys.map((key) => create(stack.slow, key)));
  const claimed = 'select key from idempotency where key = any($1)';
  await expect
    .poll(async () => (await stack.db.pool.query(claimed, [keys])).rowCount, { interval: 1 })
    .toBeGreaterThan(AT_ONCE / 4);
  await stack.slow.stop();
  const { rows } = await stack.db.pool.query<{ key: string }>(claimed, [keys]);
  await Promise.all(rows.map(({ key }) => claimRunsOut(stack.db, key)));
  const second = await Promise.all(keys.map((key) => create(stack.quick, key)));
  stack.slow.go();
  const late = await first;
  const again = await Promise.all(keys.map((key) => create(stack.quick, key)));
  for (const [index, { body, status }] of again.entries()) {
    expect(status).toBe(201);
    // 409 for those whose first try was stopped inside its transaction.
    expect([201, 409]).toContain(second[index]!.status);
    for (const answer of [second[index]!, late[index]!].filter(({ status: code }) => code === 201))
      expect(answer.body).toEqual(body);
  }
  // 503 for those that lost their transaction while it was stopped: the server had ended it. 409 for those whose place another
  // try had taken and given back: they do nothing more.
  for (const { status } of late) expect([201, 409, 503]).toContain(status);
  const runs = await stack.db.pool.query('select from run where subject = $1', [userId]);
  expect(runs.rowCount).toBe(AT_ONCE);
}, 120_000);
