import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { RequestPoint } from '../../domain/crash-points.ts';
import { startMasumiApp, type MasumiApp } from '../masumi/support/app.ts';
import { APPROVAL, HYMN, sell, startJob, until } from '../masumi/support/client.ts';
import { expectOneAnswer, overtake, STARTED, startPair, TOLD, type Pair } from './overtaking.ts';

export interface OrderStack extends Pair {
  app: MasumiApp;
  close(): Promise<void>;
}

export async function startOrderStack(): Promise<OrderStack> {
  const app = await startMasumiApp();
  sell(app, HYMN, APPROVAL);
  const env = {
    DATABASE_URL: app.deps.settings.listenUrl!,
    TASK_QUEUE: app.options.taskQueue,
    KODOSUMI_BASE_URL: app.kodosumi.url,
    KODOSUMI_PASSWORD: 'a password of the tests',
    MASUMI_TEST_MODE: 'true',
    ...app.settings,
  };
  return { ...(await startPair(app, env)), app };
}

const runsOf = async ({ db }: Pair, text: string): Promise<number> =>
  (await db.pool.query('select from run r join job j on j.run_id = r.id where j.identifier = $1', [text]))
    .rowCount ?? 0;

/** An order with an identifier of its purchaser. Its flow must run once. */
async function named(stack: OrderStack, point: RequestPoint): Promise<void> {
  const topic = randomUUID();
  const body = { identifier_from_purchaser: topic, input_data: { topic } };
  const request = { path: `/mip003/${HYMN}/start_job`, body, key: randomUUID() };
  const answers = await overtake(stack, point, request);
  await expectOneAnswer(stack, answers, 200);
  expect(await runsOf(stack, topic)).toBe(1);
  await until(stack.app, HYMN, answers[0].body['job_id'], 'completed');
  const launched = stack.app.kodosumi.control.runs().filter((run) => JSON.stringify(run).includes(topic));
  expect(launched).toHaveLength(1);
}

/** An order that only its Idempotency-Key tells from another. */
async function unnamed(stack: OrderStack, point: RequestPoint): Promise<void> {
  const count = async (): Promise<number> => (await stack.db.pool.query('select from job')).rowCount ?? 0;
  const before = await count();
  const request = { path: `/${HYMN}/runs`, body: { inputs: { topic: point } }, key: randomUUID() };
  const answers = await overtake(stack, point, request);
  await expectOneAnswer(stack, answers, 200);
  expect(await count()).toBe(before + 1);
}

/** Answers to whatever question is open. The repetition must neither answer the next question nor be refused. */
async function toQuestion(stack: OrderStack, point: RequestPoint): Promise<void> {
  const { body } = await startJob(stack.app, APPROVAL, randomUUID(), { message: point });
  await until(stack.app, APPROVAL, body['job_id'], 'awaiting_input');
  const request = {
    path: `/mip003/${APPROVAL}/provide_input`,
    body: { job_id: body['job_id'], input_data: { decision: 'Send' } },
    key: randomUUID(),
  };
  await expectOneAnswer(stack, await overtake(stack, point, request), 200);
  await until(stack.app, APPROVAL, body['job_id'], 'completed');
}

export const ORDERS = {
  'an order': { points: STARTED, hold: named },
  'an order without a name': { points: STARTED, hold: unnamed },
  'answers to a question': {
    points: ['claim.taken', 'command.asked', ...TOLD],
    hold: toQuestion,
  },
} as const satisfies {
  [name: string]: {
    points: readonly RequestPoint[];
    hold(stack: OrderStack, point: RequestPoint): Promise<void>;
  };
};
