import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { Keypair } from '@solana/web3.js';
import bs58 from 'bs58';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withHash } from '../../activities/planner/plan-hash.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { Understanding } from '../../domain/plan/understanding/understanding.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import type { Plan as WirePlan } from '../../schemas/families/reasoning.ts';
import { createCaller, type Caller } from './support/http.ts';
import { hashOf, type Scenario } from './support/reasoning-activities.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { aFreePlan, aPaidPlan, untilStatus } from './support/reasoning-plans.ts';
import { listen } from './support/streams.ts';

let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp({ run: { earlyApprovalWaitMs: 500 } });
  api = createCaller(app.url);
});
afterAll(() => app.close());

const TASK = 'Analyze the last 30 days of DEX volume';

async function create(scenario: Scenario, more: object = {}): Promise<{ id: string; userId: string }> {
  const userId = app.user(scenario);
  const { body } = await api.post('/workflows/create', { userId, input: TASK, ...more });
  return { id: body.workflow.id, userId };
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('an approval before the plan', () => {
  test('as in the original’s program, create and approve at once, is applied when the plan is ready', async () => {
    const planning = gate();
    const { id, userId } = await create({ plan: aPaidPlan(), planned: planning.opened }, { maxCost: 5 });
    await app.fund(userId, '2');
    const answer = api.post(`/workflows/${id}/approve`);
    planning.open();
    expect((await answer).body).toMatchObject({ success: true, planHash: hashOf('paid') });
    await untilStatus(api, id, 'completed');
  });

  test('is recorded when the plan takes longer, and applied then', async () => {
    const planning = gate();
    const { id, userId } = await create({ plan: aPaidPlan(), planned: planning.opened });
    await app.fund(userId, '2');
    const answer = await api.post(`/workflows/${id}/approve`, { limits: { maxTotalAmount: '1.25' } });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ success: true, message: 'Approval recorded' });
    planning.open();
    const done = await untilStatus(api, id, 'completed');
    expect(done).toMatchObject({ approval: { planHash: hashOf('paid'), limits: { maxTotalAmount: 1.25 } } });
  });

  test('with a lower limit than the plan is visibly ignored, and the plan waits', async () => {
    const planning = gate();
    const { id } = await create({ plan: aPaidPlan(), planned: planning.opened });
    const answer = await api.post(`/workflows/${id}/approve`, { limits: { maxTotalAmount: 1 } });
    expect(answer.status).toBe(202);
    planning.open();
    await untilStatus(api, id, 'awaiting_approval');
    await expect.poll(async () => (await api.get(`/runs/${id}/events`)).text).toContain('approval.ignored');
  });
});

describe('a plan that does only a part of what was asked', () => {
  const understanding: Understanding = {
    parts: [
      { text: 'translate this', span: [0, 14], as: 'task', step: 'a' },
      { text: 'book a hotel in Munich', span: [20, 42], as: 'unavailable' },
    ],
    assumptions: [],
    ignored: [],
    corrections: [],
    questions: [],
  };
  const partPlan = (): Plan => withHash({ ...aPaidPlan(), understanding });

  /** A run of it that is still being planned, and its money. */
  async function planning(plan = partPlan()) {
    const ready = gate();
    const { id, userId } = await create({ plan, planned: ready.opened }, { maxCost: 5 });
    await app.fund(userId, '5');
    return { id, plan, open: ready.open };
  }

  test('says so, shows what cannot be done, and is approved by its hash', async () => {
    const { id, plan, open } = await planning();
    open();
    expect(await untilStatus(api, id, 'awaiting_approval')).toMatchObject({
      approvalReason: 'partial',
      understanding,
      executionPlan: { understanding },
    });
    const { approvals } = (await api.get('/approvals?status=pending')).body as unknown as {
      approvals: { run_id: string; id: string }[];
    };
    const asked = approvals.find(({ run_id }) => run_id === id);
    expect(asked).toMatchObject({ kind: 'approval', reason: 'partial', understanding });
    const bare = await api.post(`/workflows/${id}/approve`);
    expect(bare).toMatchObject({ status: 409, body: { code: 'partial_plan', success: false } });
    expect(bare.body['error']).toContain('No service does "book a hotel in Munich".');
    expect((await api.post(`/runs/${id}/resume`)).status).toBe(409);
    expect((await api.post(`/workflows/${id}/approve`, { planHash: plan.planHash })).status).toBe(200);
    await untilStatus(api, id, 'completed');
    const { body } = await api.get(`/runs/${id}/receipt`);
    expect((body['sections'] as unknown[])[1]).toMatchObject({
      section: 'plan',
      body: { revisions: [{ plan_hash: plan.planHash, hashed: { understanding } }] },
    });
  });

  test('is hashed with what it understood, as any client can compute', async () => {
    const { id, open } = await planning();
    open();
    const { executionPlan } = await untilStatus(api, id, 'awaiting_approval');
    const { steps, limits, asset, revision, understanding: told, planHash } = executionPlan as WirePlan;
    const bytes = canonicalize({ steps, limits, asset, revision, understanding: told })!;
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(planHash);
    const { events } = (await api.get(`/runs/${id}/events`)).body as unknown as { events: JournalEvent[] };
    const ready = events.find(({ type }) => type === 'run.plan_ready');
    expect(ready?.data['plan']).toMatchObject({ understanding, planHash });
  });

  test('is not bound by an approval from before it: who still waits hears 409 with what is left out', async () => {
    const { id, open } = await planning();
    const early = api.post(`/workflows/${id}/approve`, { limits: { maxTotalAmount: 5 } });
    await expect.poll(() => isKept(id)).toBe(true);
    open();
    expect(await early).toMatchObject({ status: 409, body: { code: 'partial_plan' } });
    expect((await early).body['error']).toContain('book a hotel in Munich');
    await untilStatus(api, id, 'awaiting_approval');
    const { text } = await api.get(`/runs/${id}/events`);
    expect(text).toContain('"code":"partial_plan"');
  });

  test('is not bound by one that was recorded, and the run tells why', async () => {
    const { id, open } = await planning();
    expect((await api.post(`/workflows/${id}/approve`, {})).status).toBe(202);
    open();
    await untilStatus(api, id, 'awaiting_approval');
    await expect.poll(async () => (await api.get(`/runs/${id}/events`)).text).toContain('partial_plan');
  });

  test('is bound by one from before it that accepts a part', async () => {
    const { id, open } = await planning();
    expect((await api.post(`/workflows/${id}/approve`, { acceptPartial: true })).status).toBe(202);
    open();
    await untilStatus(api, id, 'completed');
  });

  test('is accepted in the list of approvals, over the run’s WebSocket and by a signal', async () => {
    const [one, two, three] = await Promise.all([planning(), planning(), planning()]);
    for (const { open } of [one, two, three]) open();
    for (const { id } of [one, two, three]) await untilStatus(api, id, 'awaiting_approval');
    const socket = listen(app, `/runs/${one.id}/events`);
    await expect.poll(() => socket.frames.length).toBeGreaterThan(0);
    socket.send({ type: 'approve', id: 1 });
    socket.send({ type: 'approve', id: 2, accept_partial: true });
    const listed = { decision: 'approve', accept_partial: true };
    expect((await api.post(`/approvals/${encodeURIComponent(`${two.id}:1`)}`, listed)).status).toBe(200);
    const handle = app.deps.temporal.workflow.getHandle(three.id);
    await handle.signal('approve', {});
    await expect.poll(async () => (await api.get(`/runs/${three.id}/events`)).text).toContain('partial_plan');
    await handle.signal('approve', { acceptPartial: true });
    for (const { id } of [one, two, three]) await untilStatus(api, id, 'completed');
    expect(socket.frames.filter(({ id }) => id !== undefined)).toMatchObject([
      { type: 'error', id: 1, code: 'partial_plan' },
      { type: 'ack', id: 2, kind: 'approved' },
    ]);
  });

  /** An approval waits in the workflow for its plan. */
  async function isKept(id: string): Promise<boolean> {
    const { events } = await app.deps.temporal.workflow.getHandle(id).fetchHistory();
    return events!.some(({ workflowExecutionUpdateAcceptedEventAttributes: taken }) => taken != null);
  }
});

describe('an approval', () => {
  test('that is repeated, at once or after the end, gets the same answer and reserves once', async () => {
    const { id, userId } = await create({ plan: aPaidPlan() });
    await app.fund(userId, '3');
    await untilStatus(api, id, 'awaiting_approval');
    const body = { planHash: hashOf('paid') };
    const replies = await Promise.all([1, 2, 3, 4].map(() => api.post(`/workflows/${id}/approve`, body)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    await untilStatus(api, id, 'completed');
    expect((await api.post(`/workflows/${id}/approve`, body)).status).toBe(200);
    const { rows } = await app.db.pool.query(
      "select * from transfer where run_id = $1 and kind = 'reserve'",
      [id],
    );
    expect(rows).toHaveLength(1);
  });

  test('is visible in the view before its answer arrives', async () => {
    const { id } = await create({
      plan: aFreePlan('visible', 'a'),
      hold: { a: new Promise((resolve) => setTimeout(resolve, 300)) },
    });
    await untilStatus(api, id, 'awaiting_approval');
    await api.post(`/workflows/${id}/approve`, { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    const { workflow } = (await api.get(`/workflows/${id}`)).body;
    expect(workflow).toMatchObject({ status: 'executing', approval: { planHash: hashOf('visible') } });
    await untilStatus(api, id, 'completed');
  });

  test('that expires before it begins is refused', async () => {
    const { id } = await create({ plan: aFreePlan('over', 'a') });
    await untilStatus(api, id, 'awaiting_approval');
    const reply = await api.post(`/workflows/${id}/approve`, { expiresAt: Date.now() - 1 });
    expect([reply.status, reply.body['code']]).toEqual([400, 'validation_failed']);
  });

  test('with limits in another asset than the plan’s is refused', async () => {
    const planning = gate();
    const plan = { ...aFreePlan('sol', 'a'), asset: 'SOL', decimals: 9 };
    const { id } = await create({ plan, planned: planning.opened });
    await api.post(`/workflows/${id}/approve`, { limits: { maxTotalAmount: 10 } });
    planning.open();
    await untilStatus(api, id, 'awaiting_approval');
    await expect.poll(async () => (await api.get(`/runs/${id}/events`)).text).toContain('priced in SOL');
  });
});

describe('a wallet’s signature under an approval', () => {
  const signed = (message: object, keys: Keypair): string =>
    bs58.encode(sign(null, Buffer.from(canonicalize(message)!), privateKey(keys)));

  function privateKey({ secretKey, publicKey }: Keypair): KeyObject {
    const part = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
    return createPrivateKey({
      format: 'jwk',
      key: { kty: 'OKP', crv: 'Ed25519', d: part(secretKey.subarray(0, 32)), x: part(publicKey.toBytes()) },
    });
  }

  async function waiting(): Promise<{ id: string; keys: Keypair; wallet: string }> {
    const { id, userId } = await create({ plan: aPaidPlan() });
    await app.fund(userId, '3');
    const keys = Keypair.generate();
    const wallet = keys.publicKey.toBase58();
    await api.post(`/escrow/${userId}/create`, { userWallet: wallet });
    await untilStatus(api, id, 'awaiting_approval');
    return { id, keys, wallet };
  }

  test('is accepted from the registered wallet, over exactly what was sent', async () => {
    const { id, keys, wallet } = await waiting();
    const message = {
      planHash: hashOf('paid'),
      limits: { maxTotalAmount: 1.5 },
      expiresAt: Date.now() + 60_000,
    };
    const reply = await api.post(`/workflows/${id}/approve`, {
      ...message,
      wallet,
      signature: signed(message, keys),
    });
    expect(reply.body).toMatchObject({ success: true, planHash: hashOf('paid') });
    await untilStatus(api, id, 'completed');
  });

  test('is refused from another wallet, over something else, or without a planHash', async () => {
    const { id, keys, wallet } = await waiting();
    const message = { planHash: hashOf('paid'), limits: { maxTotalAmount: 1.5 } };
    const stranger = Keypair.generate();
    const attempts = [
      { ...message, wallet: stranger.publicKey.toBase58(), signature: signed(message, stranger) },
      { ...message, wallet, signature: signed(message, stranger) },
      { ...message, limits: { maxTotalAmount: 150 }, wallet, signature: signed(message, keys) },
      { limits: message.limits, wallet, signature: signed({ limits: message.limits }, keys) },
      { ...message, wallet },
      { ...message, wallet, signature: 'nonsense' },
    ];
    for (const attempt of attempts) {
      const reply = await api.post(`/workflows/${id}/approve`, attempt);
      expect([reply.status, reply.body['code']]).toEqual([400, 'invalid_signature']);
    }
    await untilStatus(api, id, 'awaiting_approval');
  });
});

describe('creating with an Idempotency-Key', () => {
  test('makes one workflow, and refuses the key for another body', async () => {
    const userId = app.user({ plan: aFreePlan('once', 'a') });
    const key = { 'idempotency-key': `create-${userId}` };
    const body = { userId, input: TASK };
    const [first, again] = await Promise.all([
      api.post('/workflows/create', body, key),
      api.post('/workflows/create', body, key),
    ]);
    expect(again.body.workflow).toEqual(first.body.workflow);
    const other = await api.post('/workflows/create', { userId, input: `${TASK}!` }, key);
    expect([other.status, other.body['code']]).toEqual([409, 'idempotency_conflict']);
    expect((await api.get(`/users/${userId}/workflows`)).body).toMatchObject({ total: 1 });
  });
});
