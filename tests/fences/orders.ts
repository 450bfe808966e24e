import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { RequestPoint } from '../../domain/crash-points.ts';
import { startMasumiApp, type MasumiApp } from '../masumi/support/app.ts';
import { APPROVAL, HYMN, sell, startJob, until } from '../masumi/support/client.ts';
import { expectOneAnswer, overtake, type Pair } from './overtaking.ts';
import { startHost } from './stopped.ts';

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
  const [slow, quick] = await Promise.all([startHost(env), startHost(env)]);
  return {
    app,
    db: app.db,
    slow,
    quick,
    async close() {
      slow.kill();
      quick.kill();
      await app.close();
    },
  };
}

const runsOf = async ({ db }: Pair, text: string): Promise<number> =>
  (await db.pool.query('select from run r join job j on j.run_id = r.id where j.identifier = $1', [text]))
    .rowCount ?? 0;

/** An order with its purchaser's own name for it; the flow runs once. */
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

/** An order that nothing but its key tells from another. */
async function unnamed(stack: OrderStack, point: RequestPoint): Promise<void> {
  const count = async (): Promise<number> => (await stack.db.pool.query('select from job')).rowCount ?? 0;
  const before = await count();
  const request = { path: `/${HYMN}/runs`, body: { inputs: { topic: point } }, key: randomUUID() };
  const answers = await overtake(stack, point, request);
  await expectOneAnswer(stack, answers, 200);
  expect(await count()).toBe(before + 1);
}

/** Answers to whatever question is open: the repetition must not answer the next one, nor be refused for the first. */
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

const STARTED = [
  'claim.taken',
  'claim.bound',
  'run.inserted',
  'run.committed',
  'workflow.started',
  'answer.rendered',
  'answer.stored',
] as const satisfies RequestPoint[];

export const ORDERS = {
  'an order': { points: STARTED, hold: named },
  'an order without a name': { points: STARTED, hold: unnamed },
  'answers to a question': {
    points: ['claim.taken', 'command.asked', 'answer.rendered', 'answer.stored'],
    hold: toQuestion,
  },
} as const satisfies {
  [name: string]: {
    points: readonly RequestPoint[];
    hold(stack: OrderStack, point: RequestPoint): Promise<void>;
  };
};
