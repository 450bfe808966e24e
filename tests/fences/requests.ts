import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { RequestPoint } from '../../domain/crash-points.ts';
import { createCaller, type Caller } from '../api/support/http.ts';
import { newWallet, scriptedEscrow } from '../api/support/reasoning-escrow.ts';
import { startReasoningApp } from '../api/support/reasoning-app.ts';
import { aFreePlan, untilStatus } from '../api/support/reasoning-plans.ts';
import { expectOneAnswer, overtake, STARTED, startPair, TOLD, type Keyed, type Pair } from './overtaking.ts';

export interface RequestStack extends Pair {
  app: Awaited<ReturnType<typeof startReasoningApp>>;
  api: Caller;
  /** The environment of another host. */
  env: Record<string, string>;
  close(): Promise<void>;
}

export async function startRequestStack(): Promise<RequestStack> {
  const chain = { deposits: new Map(), withdrawals: new Map() };
  const app = await startReasoningApp({
    activities: ({ db, scripted }) => scriptedEscrow(db, chain, scripted),
  });
  const env = { DATABASE_URL: app.deps.settings.listenUrl!, TASK_QUEUE: app.options.taskQueue };
  return { ...(await startPair(app, env)), app, api: createCaller(app.url), env };
}

interface Case {
  /** The points between claim and answer that this request passes. */
  points: readonly RequestPoint[];
  hold(stack: RequestStack, point: RequestPoint): Promise<void>;
}

const TASK = 'Do one thing after the other';
const keyed = (path: string, body: unknown): Keyed => ({ path, body, key: randomUUID() });

async function count(
  { db }: Pair,
  table: 'run' | 'withdrawal',
  column: string,
  user: string,
): Promise<number> {
  const { rows } = await db.pool.query(`select count(*)::int as n from ${table} where ${column} = $1`, [
    user,
  ]);
  return rows[0]!.n;
}

async function create(stack: RequestStack, point: RequestPoint): Promise<void> {
  const userId = stack.app.user({ plan: aFreePlan(`fence ${point}`, 'a') });
  const answers = await overtake(stack, point, keyed('/workflows/create', { userId, input: TASK }));
  await expectOneAnswer(stack, answers, 201);
  expect(await count(stack, 'run', 'subject', userId)).toBe(1);
  await untilStatus(stack.api, answers[0].body.workflow.id, 'awaiting_approval');
}

async function waiting({ app, api }: RequestStack): Promise<{ id: string; userId: string }> {
  const userId = app.user({ plan: aFreePlan(randomUUID(), 'a', 'b') });
  const { id } = (await api.post('/workflows/create', { userId, input: TASK })).body.workflow;
  await untilStatus(api, id, 'awaiting_approval');
  return { id, userId };
}

async function rerun(stack: RequestStack, point: RequestPoint): Promise<void> {
  const { id, userId } = await waiting(stack);
  await stack.api.post(`/workflows/${id}/cancel`);
  await untilStatus(stack.api, id, 'cancelled');
  const answers = await overtake(stack, point, keyed(`/runs/${id}/rerun`, {}));
  await expectOneAnswer(stack, answers, 201);
  expect(await count(stack, 'run', 'subject', userId)).toBe(2);
}

async function approve(stack: RequestStack, point: RequestPoint): Promise<void> {
  const { id } = await waiting(stack);
  const answers = await overtake(stack, point, keyed(`/workflows/${id}/approve`, {}));
  await expectOneAnswer(stack, answers, 200);
  await untilStatus(stack.api, id, 'completed');
  const { rows } = await stack.db.pool.query(
    `select from event where run_id = $1 and type = 'approval.granted'`,
    [id],
  );
  expect(rows).toHaveLength(1);
}

async function cancel(stack: RequestStack, point: RequestPoint): Promise<void> {
  const { id } = await waiting(stack);
  const answers = await overtake(stack, point, keyed(`/workflows/${id}/cancel`, {}));
  await expectOneAnswer(stack, answers, 200);
  await untilStatus(stack.api, id, 'cancelled');
}

export async function withdrawer({ app, api }: RequestStack): Promise<string> {
  const userId = app.user();
  await api.post(`/escrow/${userId}/create`, { userWallet: newWallet() });
  await app.fund(userId, '0.01', 'SOL'); // fee and rent of a withdrawal
  return userId;
}

async function withdraw(stack: RequestStack, point: RequestPoint): Promise<void> {
  const userId = await withdrawer(stack);
  await stack.app.fund(userId, '5');
  const body = { amount: '2', asset: 'USDC', destination: newWallet() };
  const answers = await overtake(stack, point, keyed(`/escrow/${userId}/withdraw`, body));
  await expectOneAnswer(stack, answers, 200);
  expect(await count(stack, 'withdrawal', 'user_id', userId)).toBe(1);
  const { body: after } = await stack.api.get(`/escrow/${userId}/balance`);
  expect(after['balances']).toMatchObject({ USDC: { available: 3 } });
}

/** Each kind of keyed request, with every point that it passes. */
export const REQUESTS = {
  'a workflow': { points: STARTED, hold: create },
  'another run of one': { points: STARTED, hold: rerun },
  'an approval': { points: ['claim.taken', 'command.asked', ...TOLD], hold: approve },
  'a cancellation': { points: ['claim.taken', 'command.asked', ...TOLD], hold: cancel },
  'a withdrawal': { points: ['claim.taken', 'money.held', ...TOLD], hold: withdraw },
} as const satisfies { [name: string]: Case };
