import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMetered, type Metered } from '../../activities/llm/metered.ts';
import { UNTOLD, type ChatModel, type ModelAnswer, type ModelRequest } from '../../activities/llm/model.ts';
import { holdTokens, releaseTokens, settleTokens } from '../../activities/llm/tokens.ts';
import { closeAbandoned, markAsked, modelUsesOf } from '../../db/repositories/usage.ts';
import { parsePrices } from '../../domain/models/prices.ts';
import { startModelServer } from '../support/model-server.ts';
import { openAiCompletion } from '../support/openai-stub.ts';
import { book, openDesk, type Desk, type NewBudget } from './support/desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
/** The budgets of one test are in no other's way. */
beforeEach(async () => {
  await desk.db.pool.query('update budget set deleted_at = now()');
});

const MODEL = 'test-model';
const tokens = (amount: bigint, over: Partial<NewBudget> = {}): Promise<string> =>
  desk.budget({ amount, unit: 'TOKENS', decimals: 0, ...over });
const deps = () => ({ db: desk.db, assets: book, prices: parsePrices('test-model:5:25.5') });
const request: ModelRequest = { system: 's', turns: [{ role: 'user', text: 'x' }], maxTokens: 1000 };
const answered: ModelAnswer = { kind: 'answer', text: 'hi', calls: [], use: { input: 40, output: 2 } };
const SPENT = { held: 0n, carried: 0n };

/** A model that answers by script, and counts how often it was asked. */
function modelThat(ask: () => Promise<ModelAnswer> | ModelAnswer): { metered: Metered; asked: () => number } {
  let asked = 0;
  const model: ChatModel = {
    provider: 'openai',
    model: MODEL,
    async ask() {
      asked += 1;
      return ask();
    },
  };
  return { metered: createMetered(model, deps()), asked: () => asked };
}

const call = (runId: string, key = 'c', most = 100) => ({
  runId,
  key,
  provider: 'openai',
  model: MODEL,
  most,
});

async function held(runId: string, key?: string, most?: number): Promise<string> {
  const outcome = await holdTokens(deps(), call(runId, key, most));
  if (outcome.kind !== 'held') throw new Error(outcome.room.message);
  return outcome.id;
}

const usesOf = async (runId: string) => (await modelUsesOf(desk.db.pool, [runId])).get(runId) ?? [];

describe('a call of a model', () => {
  test('holds its maximum where budgets of tokens cover it, and spends what it used', async () => {
    const { runId, userId } = await desk.run();
    const covering = [
      await tokens(10_000n),
      await tokens(10_000n, { appliesTo: { subject: userId, family: 'reasoning' } }),
      await tokens(10_000n, { appliesTo: { service: `model:${MODEL}` } }),
    ];
    const others = [
      await tokens(1n, { appliesTo: { agent: 'agent-1' } }),
      await tokens(1n, { appliesTo: { service: 'model:another' } }),
      await tokens(1n, { appliesTo: { payee: 'seller' } }),
      await desk.budget({ amount: 1n }),
      await desk.budget({ amount: 1n, unit: 'EUR' }),
    ];
    let during: unknown;
    const { metered } = modelThat(async () => {
      during = await desk.standing(covering[0]!);
      return answered;
    });
    expect(await metered.ask(request, { runId, key: 'c' })).toEqual(answered);
    const [use] = await usesOf(runId);
    expect(use!.most).toBeGreaterThan(2000);
    expect(during).toEqual({ held: BigInt(use!.most), spent: 0n, carried: 0n });
    for (const id of covering) {
      expect(await desk.standing(id)).toEqual({ ...SPENT, spent: 42n });
      expect(await desk.entries(id)).toEqual([`hold ${use!.most}`, 'spend 42', `release ${use!.most - 42}`]);
    }
    for (const id of others) expect(await desk.standing(id)).toBeUndefined();
    expect(use).toMatchObject({
      state: 'settled',
      provider: 'openai',
      model: MODEL,
      input_tokens: 40,
      output_tokens: 2,
      told: true,
      cost_micro_usd: '251',
    });
  });

  test('for which a budget has no room is not made, and leaves nothing', async () => {
    const { runId } = await desk.run();
    const wide = await tokens(1_000_000n);
    const narrow = await tokens(1000n, { period: 'day' });
    const { metered, asked } = modelThat(() => answered);
    expect(await metered.ask(request, { runId, key: 'c' })).toMatchObject({
      kind: 'exhausted',
      code: 'TOKENS_EXHAUSTED',
      budget: narrow,
      message: expect.stringMatching(
        /has 1000 left in this period, and the call of the model needs \d+\. It renews at/,
      ) as string,
    });
    expect(asked()).toBe(0);
    expect(await usesOf(runId)).toEqual([]);
    expect(await desk.standing(wide)).toBeUndefined();
    await desk.db.pool.query(`update budget set mode = 'warn' where id = $1`, [narrow]);
    expect(await metered.ask(request, { runId, key: 'c' })).toEqual(answered);
  });

  test('that was refused gives everything back, and one that may have worked counts as its maximum', async () => {
    const { runId } = await desk.run();
    const id = await tokens(1_000_000n);
    const busy: ModelAnswer = { kind: 'retry', message: 'busy' };
    expect(await modelThat(() => busy).metered.ask(request, { runId, key: 'c' })).toEqual(busy);
    expect(await desk.standing(id)).toEqual({ ...SPENT, spent: 0n });
    const lost: ModelAnswer = { kind: 'retry', message: 'lost', use: UNTOLD };
    await modelThat(() => lost).metered.ask(request, { runId, key: 'c' });
    const off = modelThat(() => Promise.reject(new Error('called off')));
    await expect(off.metered.ask(request, { runId, key: 'd' })).rejects.toThrow('called off');
    const uses = await usesOf(runId);
    expect(uses.map(({ key, try: at, state, told }) => ({ key, at, state, told }))).toEqual([
      { key: 'c', at: 1, state: 'released', told: false },
      { key: 'c', at: 2, state: 'settled', told: false },
      { key: 'd', at: 1, state: 'settled', told: false },
    ]);
    expect(await desk.standing(id)).toEqual({ ...SPENT, spent: BigInt(2 * uses[0]!.most) });
  });

  test('tells at which shares a budget is used, as payments do', async () => {
    const { runId } = await desk.run();
    const id = await tokens(1000n, { alerts: [0.5, 0.8] });
    await settleTokens(desk.db.pool, await held(runId, 'a', 600), {
      input: 600,
      output: 0,
      told: true,
      cost: undefined,
    });
    const { rows } = await desk.db.pool.query('select id from attention where id like $1', [
      `budget:${id}:%`,
    ]);
    expect(rows).toEqual([{ id: `budget:${id}:total:0.5` }]);
  });

  test('that used more than was held spends all of it', async () => {
    const { runId } = await desk.run();
    const id = await tokens(1000n);
    await settleTokens(desk.db.pool, await held(runId), {
      input: 100,
      output: 50,
      told: true,
      cost: undefined,
    });
    expect(await desk.standing(id)).toEqual({ ...SPENT, spent: 150n });
    expect(await desk.entries(id)).toEqual(['hold 100', 'spend 150']);
  });
});

describe('a worker that dies', () => {
  test('before it asks leaves a hold with which the repetition goes on', async () => {
    const { runId } = await desk.run();
    const id = await tokens(100n);
    const first = await held(runId);
    expect(await held(runId)).toBe(first);
    expect(await desk.entries(id)).toEqual(['hold 100']);
  });

  test('after it asked has used its maximum, and the repetition holds its own', async () => {
    const { runId } = await desk.run();
    const id = await tokens(5000n);
    const { metered } = modelThat(() => answered);
    const dead = await held(runId, 'c', 1000);
    expect(await markAsked(desk.db.pool, dead)).toBe(true);
    expect(await metered.ask(request, { runId, key: 'c' })).toEqual(answered);
    expect(await desk.standing(id)).toEqual({ ...SPENT, spent: 1042n });
    const late = { input: 1, output: 1, told: true, cost: undefined };
    expect(await settleTokens(desk.db.pool, dead, late)).toBe(false);
    expect(await desk.standing(id)).toEqual({ ...SPENT, spent: 1042n });
  });

  test('by SIGKILL while the model thinks is done again by another, and neither call is forgotten', async () => {
    const { runId } = await desk.run();
    const id = await tokens(1_000_000n);
    const server = await startModelServer();
    server.script(
      { silence: true },
      { body: openAiCompletion({ text: 'hi', use: { input: 40, output: 2 } }) },
    );
    const env = { DATABASE_URL: desk.db.pool.options.connectionString, MODEL_URL: server.url, RUN_ID: runId };
    const worker = (): ChildProcess =>
      spawn(process.execPath, [join(import.meta.dirname, 'support', 'ask-once.ts')], {
        env: { ...process.env, ...env },
      });
    const killed = worker();
    await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBe(1);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const most = (await usesOf(runId))[0]!.most;
    expect(await desk.standing(id)).toEqual({ held: BigInt(most), spent: 0n, carried: 0n });
    const next = worker();
    await expect
      .poll(() => desk.standing(id), { timeout: 20_000 })
      .toEqual({ ...SPENT, spent: BigInt(most + 42) });
    next.kill('SIGKILL');
    await server.close();
    expect((await usesOf(runId)).map(({ try: at, told }) => [at, told])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  test('after it settled has settled once, and the repetition is a call of its own', async () => {
    const { runId } = await desk.run();
    const id = await tokens(1000n);
    const first = await held(runId);
    const use = { input: 30, output: 10, told: true, cost: undefined };
    expect(await Promise.all([1, 2, 3].map(() => settleTokens(desk.db.pool, first, use)))).toEqual(
      expect.arrayContaining([true, false, false]),
    );
    expect(await releaseTokens(desk.db.pool, first)).toBe(false);
    expect(await held(runId)).not.toBe(first);
    expect(await desk.standing(id)).toEqual({ held: 100n, spent: 40n, carried: 0n });
  });

  test('and nobody comes back to its calls: an hour later they hold nothing', async () => {
    const { runId } = await desk.run();
    const id = await tokens(1000n);
    await held(runId, 'not asked');
    await markAsked(desk.db.pool, await held(runId, 'asked'));
    await closeAbandoned(desk.db.pool);
    expect(await desk.standing(id)).toEqual({ held: 200n, spent: 0n, carried: 0n });
    await desk.db.pool.query(`update model_use set at = at - interval '61 minutes' where run_id = $1`, [
      runId,
    ]);
    await closeAbandoned(desk.db.pool);
    expect(await desk.standing(id)).toEqual({ ...SPENT, spent: 100n });
  });
});

test('calls at the same time never exceed a budget together, and tries of one call are held apart', async () => {
  const { runId } = await desk.run();
  const id = await tokens(350n, { period: 'day' });
  await tokens(1_000_000n, { period: 'hour' });
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, at) => holdTokens(deps(), call(runId, `c${at}`))),
  );
  expect(outcomes.filter(({ kind }) => kind === 'held')).toHaveLength(3);
  expect(await desk.standing(id)).toEqual({ held: 300n, spent: 0n, carried: 0n });
  const other = await desk.run();
  const all = await tokens(1_000_000n, { appliesTo: { subject: other.userId } });
  await desk.db.pool.query('update budget set deleted_at = now() where id <> $1', [all]);
  const { metered, asked } = modelThat(() => answered);
  await Promise.all(
    Array.from({ length: 5 }, () => metered.ask(request, { runId: other.runId, key: 'same' })),
  );
  const uses = await usesOf(other.runId);
  expect(uses.filter(({ state }) => state === 'settled')).toHaveLength(asked());
  const spent = uses.reduce((sum, use) => sum + (use.input_tokens ?? 0) + (use.output_tokens ?? 0), 0);
  expect(await desk.standing(all)).toEqual({ ...SPENT, spent: BigInt(spent) });
});
