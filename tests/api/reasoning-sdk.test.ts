import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateKey } from '../../api/keys/secrets.ts';
import { insertKey } from '../../db/repositories/keys.ts';
import { ReasoningClient, StewardError, type StreamOptions } from '../../sdk/index.ts';
import type { Understanding } from '../../domain/plan/understanding/understanding.ts';
import type { PlanOutcome } from '../../domain/ports/planning.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { plannedAs } from './support/reasoning-activities.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { newSignature, newWallet, scriptedEscrow } from './support/reasoning-escrow.ts';
import { aFreePlan, aPaidPlan } from './support/reasoning-plans.ts';

const understanding: Understanding = {
  parts: [{ text: 'and send it', span: [0, 11], as: 'unavailable' }],
  assumptions: [],
  ignored: [],
  corrections: [],
  questions: [{ field: 'city', question: 'Where?', type: 'text' }],
};
const TASK = 'Analyze the last 30 days of DEX volume';
const chain = { deposits: new Map(), withdrawals: new Map() };
let app: ReasoningApp;
let apiKey: string;
let client: ReasoningClient;
beforeAll(async () => {
  app = await startReasoningApp({
    settings: { auth: 'on' },
    activities: ({ db, scripted }) => scriptedEscrow(db, chain, scripted),
  });
  const { key, prefix, secretHash } = generateKey();
  const row = {
    prefix,
    secretHash,
    tenant: 'default',
    subject: 'admin',
    name: 'sdk',
    scopes: ['admin'],
    expiresAt: null,
    rotatedFrom: null,
  };
  await insertKey(app.db.em(), row);
  apiKey = key;
  client = new ReasoningClient({ baseUrl: app.url, apiKey });
});
afterAll(() => app.close());

describe('the client', () => {
  test('takes a task from creation to its output', async () => {
    const userId = app.user({ plan: aPaidPlan() });
    await client.createEscrow(userId, newWallet());
    expect(
      await client.deposit(userId, { amount: 4, signature: newSignature(), asset: 'USDC' }),
    ).toMatchObject({ escrow: { balance: 4 } });
    const { id } = await client.createWorkflow({ userId, input: TASK, maxCost: 2.5 });
    const planned = await client.waitFor(id, { until: ['awaiting_approval'], timeoutMs: 10_000 });
    expect(planned).toMatchObject({ status: 'awaiting_approval', estimatedCost: 1.25 });
    const { planHash } = await client.approve(id, {
      planHash: planned.executionPlan!.planHash,
      limits: { maxTotalAmount: 1.25 },
    });
    expect(planHash).toBe(planned.executionPlan!.planHash);
    const done = await client.waitFor(id, { timeoutMs: 10_000 });
    expect(done).toMatchObject({ status: 'completed', totalCost: 1.25, output: { from: 'b' } });
    expect((await client.getSteps(id)).steps.map((step) => step.id)).toEqual(['a', 'b']);
    expect(await client.listWorkflows(userId)).toMatchObject({ total: 1, workflows: [{ id }] });
    expect(await client.history(userId)).toMatchObject({ total: expect.any(Number) });
    await app.fund(userId, '0.01', 'SOL'); // fee and rent of a withdrawal are its user's
    expect(
      await client.withdraw(userId, { amount: '0.5', destination: newWallet(), asset: 'USDC' }),
    ).toMatchObject({ message: 'Withdrawal successful' });
  });

  test('answers what a task lacks, and accepts a part of it before there is a plan', async () => {
    const plan = { ...aFreePlan('asked', 'a'), understanding };
    const planning = (answers: JsonObject): PlanOutcome =>
      answers['city'] === undefined
        ? { kind: 'needs_detail', message: 'Say where.', understanding }
        : plannedAs(plan);
    const userId = app.user({ plan, planning });
    const { id } = await client.createWorkflow({ userId, input: TASK, maxCost: 1, ask: true });
    const asked = await client.waitFor(id, { until: ['awaiting_input'], timeoutMs: 10_000 });
    expect(asked.awaitingInput).toMatchObject({ id: 'detail-1', questions: understanding.questions });
    const bad = await client.answer(id, { town: 'Paris' }).catch((error: unknown) => error);
    expect(bad).toMatchObject({ code: 'invalid_input', status: 400 });
    await client.approve(id, { acceptPartial: true });
    await client.answer(id, { city: 'Paris' }, asked.awaitingInput!.id);
    expect(await client.waitFor(id, { timeoutMs: 10_000 })).toMatchObject({
      status: 'completed',
      approvalReason: 'partial',
    });
  });

  test('reports why a request was refused', async () => {
    const failure = await client.getWorkflow('wf_1_0123456789abcdef').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StewardError);
    expect(failure).toMatchObject({ code: 'workflow_not_found', status: 404 });
  });

  test('cancels a task, and lists where to pay and what there is to buy', async () => {
    const userId = app.user({ plan: aFreePlan('sdk', 'a') });
    const { id } = await client.createWorkflow({ userId, input: TASK });
    await client.waitFor(id, { until: ['awaiting_approval'] });
    expect(await client.cancel(id)).toBe('cancelled');
    expect(await client.waitFor(id)).toMatchObject({ status: 'cancelled' });
    expect(await client.escrowAddress()).toMatchObject({ network: 'devnet' });
    const services = await client.services();
    expect(services.length).toBeGreaterThan(5);
    expect(await client.services(services[0]!.category)).toContainEqual(services[0]);
    expect(await client.balance(userId)).toMatchObject({ balance: 0 });
  });
});

async function finished(): Promise<string> {
  const userId = app.user({ plan: aFreePlan('streamed', 'a', 'b', 'c') });
  const { id } = await client.createWorkflow({ userId, input: TASK });
  await client.waitFor(id, { until: ['awaiting_approval'] });
  await client.approve(id);
  await client.waitFor(id);
  return id;
}

async function seqs(from: ReasoningClient, id: string, options: StreamOptions): Promise<number[]> {
  const seen: number[] = [];
  for await (const event of from.stream(id, options)) seen.push(event.seq);
  return seen;
}

describe('a stream of the client', () => {
  test.each(['sse', 'websocket'] as const)('brings every event once, over %s', async (transport) => {
    const id = await finished();
    const { lastSeq } = await client.getWorkflow(id);
    const all = Array.from({ length: lastSeq }, (_event, index) => index + 1);
    expect(await seqs(client, id, { after: 0, transport })).toEqual(all);
    expect(await seqs(client, id, { after: lastSeq - 2, transport })).toEqual(all.slice(-2));
    expect(await seqs(client, id, { transport })).toEqual([]);
  });

  test('goes on after the last event when connections break again and again', async () => {
    const id = await finished();
    const { lastSeq } = await client.getWorkflow(id);
    let connections = 0;
    const breaking: typeof fetch = async (url, init) => {
      const answer = await fetch(url, init);
      if (!String(url).includes('/stream')) return answer;
      connections++;
      return new Response(answer.body!.pipeThrough(cutAfter(3500)), answer);
    };
    const shaky = new ReasoningClient({ baseUrl: app.url, apiKey, fetch: breaking });
    expect(await seqs(shaky, id, { after: 0 })).toEqual(
      Array.from({ length: lastSeq }, (_event, index) => index + 1),
    );
    expect(connections).toBeGreaterThan(1);
  });

  test.each(['sse', 'websocket'] as const)(
    'of an unknown workflow is refused, over %s',
    async (transport) => {
      const refused = seqs(client, 'wf_1_0123456789abcdef', { transport });
      await expect(refused).rejects.toMatchObject({
        name: 'StewardError',
        code: 'workflow_not_found',
        status: 404,
      });
    },
  );

  test('ends when it is aborted', async () => {
    const userId = app.user({ plan: aFreePlan('aborted', 'a') });
    const { id } = await client.createWorkflow({ userId, input: TASK });
    await client.waitFor(id, { until: ['awaiting_approval'] });
    for (const transport of ['sse', 'websocket'] as const) {
      const controller = new AbortController();
      const following = seqs(client, id, {
        transport,
        signal: controller.signal,
        onConnected: () => controller.abort(new Error('enough')),
      });
      await expect(following).rejects.toThrow('enough');
    }
  });
});

/** A connection that breaks after this many bytes. */
function cutAfter(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      if (chunk.length <= left) controller.enqueue(chunk);
      else {
        controller.enqueue(chunk.subarray(0, left));
        controller.terminate(); // what was on its way still arrives, the rest never
      }
      left -= chunk.length;
    },
  });
}
