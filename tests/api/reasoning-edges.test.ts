import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller, type Caller, type Reply } from './support/http.ts';
import { hashOf } from './support/reasoning-activities.ts';
import { ESCROW_ADDRESS, startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { newSignature, newWallet, scriptedEscrow, type ScriptedChain } from './support/reasoning-escrow.ts';
import { aFreePlan, aPaidPlan, paidStep, untilStatus } from './support/reasoning-plans.ts';
import { aPlan } from '../workflows/support/fakes.ts';

// Every row of the contract's table of edge cases.
const chain: ScriptedChain = { deposits: new Map(), withdrawals: new Map() };
let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp({
    escrow: { waitMs: 3000 },
    activities: ({ db, scripted }) => scriptedEscrow(db, chain, scripted),
  });
  api = createCaller(app.url);
});
afterAll(() => app.close());

const TASK = 'Analyze the last 30 days of DEX volume';
const seen = ({ status, body }: Reply): [number, unknown] => [status, body['code']];

async function create(userId: string): Promise<string> {
  return (await api.post('/workflows/create', { userId, input: TASK })).body.workflow.id;
}

async function waiting(
  scenario: Parameters<ReasoningApp['user']>[0],
): Promise<{ id: string; userId: string }> {
  const userId = app.user(scenario);
  const id = await create(userId);
  await untilStatus(api, id, 'awaiting_approval');
  return { id, userId };
}

describe('a body that is malformed', () => {
  test('is refused as invalid JSON, as another media type or as too large', async () => {
    expect(seen(await api.post('/workflows/create', '{"userId":'))).toEqual([400, 'invalid_json']);
    expect(
      seen(
        await api.post('/workflows/create', 'userId=u', {
          'content-type': 'application/x-www-form-urlencoded',
        }),
      ),
    ).toEqual([415, 'media_type']);
    const large = { userId: 'u', input: TASK, metadata: { pad: 'x'.repeat(1024 * 1024) } };
    expect(seen(await api.post('/workflows/create', large))).toEqual([413, 'too_large']);
  });

  test.each([
    ['an input of 9 characters', { userId: 'u', input: '123456789' }, 'input'],
    ['an input of 9 characters and spaces', { userId: 'u', input: '  123456789  ' }, 'input'],
    ['an input of 5001 characters', { userId: 'u', input: 'x'.repeat(5001) }, 'input'],
    ['no userId', { input: TASK }, 'userId'],
    ['a userId with a space', { userId: 'a b', input: TASK }, 'userId'],
    ['a negative maxCost', { userId: 'u', input: TASK, maxCost: -1 }, 'maxCost'],
    [
      'a maxCost with more decimals than the asset has',
      { userId: 'u', input: TASK, maxCost: '0.1234567' },
      'maxCost',
    ],
    ['a maxCost with an exponent', `{"userId":"u","input":"${TASK}","maxCost":1e3}`, 'maxCost'],
  ])('is refused with validation_failed: %s', async (_name, body, path) => {
    const reply = await api.post('/workflows/create', body);
    expect(seen(reply)).toEqual([400, 'validation_failed']);
    expect(reply.body).toMatchObject({
      success: false,
      error: expect.any(String),
      details: [{ path, message: expect.any(String) }],
    });
  });

  test.each([
    [{ user_id: 'u', input: TASK }, 'user_id', 'userId'],
    [{ userId: 'u', input: TASK, max_cost: 0.05 }, 'max_cost', 'maxCost'],
    [{ userId: 'u', input: TASK, MaxCost: '0.05' }, 'MaxCost', 'maxCost'],
    [{ userId: 'u', input: TASK, 'Max-Cost': '0.05' }, 'Max-Cost', 'maxCost'],
    [{ userId: 'u', input: TASK, maxcost: '0.05' }, 'maxcost', 'maxCost'],
    [{ userId: 'u', input: TASK, max_time: 1000 }, 'max_time', 'maxTime'],
    [{ userId: 'u', input: TASK, maxCost: '0.05', max_cost: 0.06 }, 'max_cost', 'maxCost'],
    [{ userId: 'u', input: TASK, limits: { max_total_amount: 1 } }, 'limits', 'maxCost'],
  ])('is refused with the right name of a field, and no limit is dropped: %j', async (body, path, right) => {
    const reply = await api.post('/workflows/create', body);
    expect(seen(reply)).toEqual([400, 'validation_failed']);
    expect(reply.body).toMatchObject({
      details: [{ path, message: expect.stringContaining(`"${right}"`) }],
    });
  });

  test('is taken with twins that say the same, with unknown fields, and with anything in metadata', async () => {
    const userId = app.user({ plan: aFreePlan('twins', 'a') });
    const metadata = { max_cost: 9, userId: 'other', limits: { max_total_amount: 1 } };
    const body = {
      userId,
      user_id: userId,
      input: TASK,
      maxCost: '0.5',
      max_cost: 0.5,
      colour: 'red',
      metadata,
    };
    const { status, body: made } = await api.post('/workflows/create', body);
    expect(status).toBe(201);
    const { body: read } = await api.get(`/workflows/${made.workflow.id}`);
    expect(read.workflow).toMatchObject({ maxCost: 0.5, metadata });
  });

  test('of an approval or a withdrawal is refused in the same way', async () => {
    const { id, userId } = await waiting({ plan: aFreePlan('spelling', 'a') });
    for (const limits of [{ max_total_amount: 1 }, { MaxTotalAmount: 1 }]) {
      const reply = await api.post(`/workflows/${id}/approve`, { limits });
      expect(seen(reply)).toEqual([400, 'validation_failed']);
      expect(JSON.stringify(reply.body)).toContain('maxTotalAmount');
    }
    const withdrawal = { amount: '1', destination: newWallet(), maxFee: '0.1' };
    const reply = await api.post(`/escrow/${userId}/withdraw`, withdrawal);
    expect(seen(reply)).toEqual([400, 'validation_failed']);
    expect(reply.body['details']).toMatchObject([
      { path: 'maxFee', message: expect.stringContaining('"max_fee"') },
    ]);
  });

  test('counts code points: 10 and 5000 emoji are fine', async () => {
    const userId = app.user({ plan: aFreePlan('emoji', 'a') });
    for (const length of [10, 5000])
      expect((await api.post('/workflows/create', { userId, input: '🙂'.repeat(length) })).status).toBe(201);
  });

  const opaque = (text: string): string => `cursor=${Buffer.from(text).toString('base64url')}`;
  const odd = [
    '1795000000000 \0',
    '["2026-01-01T00:00:00.000Z","\\u0000"]',
    '["-271821-04-20T00:00:00.000Z","x"]',
  ];
  test.each(['limit=0', 'limit=101', 'limit=x', 'cursor=nonsense', ...odd.map(opaque)])(
    'is refused with validation_failed: ?%s',
    async (query) => {
      expect(seen(await api.get(`/users/u/workflows?${query}`))).toEqual([400, 'validation_failed']);
      expect(seen(await api.get(`/escrow/u/history?${query}`))).toEqual([400, 'validation_failed']);
    },
  );
});

describe('approving', () => {
  test('with too little in escrow says what is there and what is needed, and works after a top-up', async () => {
    const plan = aPlan([paidStep('a', '2000000')], { planHash: hashOf('two') });
    const { id, userId } = await waiting({ plan });
    await app.fund(userId, '0.5');
    const reply = await api.post(`/workflows/${id}/approve`);
    expect(seen(reply)).toEqual([400, 'insufficient_escrow']);
    expect(reply.body).toMatchObject({
      success: false,
      error: 'Insufficient escrow balance. Available: 0.5, Required: 2.0. Please top up.',
    });
    await app.fund(userId, '1.5');
    expect((await api.post(`/workflows/${id}/approve`)).status).toBe(200);
    await untilStatus(api, id, 'completed');
  });

  test('something that does not exist is 404', async () => {
    for (const id of ['nonsense', 'wf_1_0123456789abcdef']) {
      expect(seen(await api.post(`/workflows/${id}/approve`))).toEqual([404, 'workflow_not_found']);
      expect(seen(await api.post(`/workflows/${id}/cancel`))).toEqual([404, 'workflow_not_found']);
      expect(seen(await api.get(`/workflows/${id}`))).toEqual([404, 'workflow_not_found']);
      expect(seen(await api.get(`/workflows/${id}/steps`))).toEqual([404, 'workflow_not_found']);
    }
  });

  test('in a state that allows no approval is invalid_state', async () => {
    const { id } = await waiting({ plan: aFreePlan('state', 'a') });
    await api.post(`/workflows/${id}/approve`);
    await untilStatus(api, id, 'completed');
    expect(seen(await api.post(`/workflows/${id}/approve`))).toEqual([400, 'invalid_state']);
  });

  test('while planning, with nothing that limits the approval, is invalid_state', async () => {
    let letGo = (): void => undefined;
    const userId = app.user({
      plan: aFreePlan('unbound', 'a'),
      planned: new Promise((resolve) => (letGo = resolve)),
    });
    const id = await create(userId);
    expect(seen(await api.post(`/workflows/${id}/approve`))).toEqual([400, 'invalid_state']);
    letGo();
    await untilStatus(api, id, 'awaiting_approval');
  });

  test('another plan than the current one is plan_changed', async () => {
    const { id } = await waiting({ plan: aFreePlan('current', 'a') });
    expect(seen(await api.post(`/workflows/${id}/approve`, { planHash: hashOf('stale') }))).toEqual([
      409,
      'plan_changed',
    ]);
    expect(seen(await api.post(`/workflows/${id}/approve`, { planHash: hashOf('current') }))).toEqual([
      200,
      undefined,
    ]);
  });

  test('after the time to approve has passed is approval_expired', async () => {
    const late = await startReasoningApp({ run: { approvalTtlMs: 100 } });
    const caller = createCaller(late.url);
    const userId = late.user({ plan: aFreePlan('late', 'a') });
    const { id } = (await caller.post('/workflows/create', { userId, input: TASK })).body.workflow;
    const view = await untilStatus(caller, id, 'cancelled', /^(completed|failed)$/);
    expect(view).toMatchObject({ error: { code: 'APPROVAL_EXPIRED' } });
    expect(seen(await caller.post(`/workflows/${id}/approve`))).toEqual([410, 'approval_expired']);
    await late.close();
  });
});

describe('cancelling', () => {
  test('a workflow that has completed or failed is cannot_cancel', async () => {
    const done = await waiting({ plan: aFreePlan('done', 'a') });
    await api.post(`/workflows/${done.id}/approve`);
    await untilStatus(api, done.id, 'completed');
    expect(seen(await api.post(`/workflows/${done.id}/cancel`))).toEqual([400, 'cannot_cancel']);

    const failed = await waiting({
      plan: aFreePlan('failing', 'a'),
      calls: { a: { kind: 'failed', code: 'HTTP_403', message: 'no' } },
    });
    await api.post(`/workflows/${failed.id}/approve`);
    const view = await untilStatus(api, failed.id, 'failed', /^(completed|cancelled)$/);
    expect(view).toMatchObject({
      error: { code: 'HTTP_403', stepId: 'a' },
      stepResults: { a: { status: 'failed', code: 'HTTP_403' } },
    });
    expect(seen(await api.post(`/workflows/${failed.id}/cancel`))).toEqual([400, 'cannot_cancel']);
  });

  test('a workflow that is cancelled already is 200, again and again', async () => {
    const { id } = await waiting({ plan: aPaidPlan() });
    for (const _time of ['first', 'again', 'once more']) {
      const reply = await api.post(`/workflows/${id}/cancel`, { reason: 'no need' });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ success: true, message: 'Workflow cancelled', status: 'cancelled' });
    }
    await untilStatus(api, id, 'cancelled', /^(completed|failed)$/);
  });
});

describe('opening an escrow', () => {
  test('with a bad wallet is invalid_wallet, with another wallet_conflict, with the same unchanged', async () => {
    const userId = app.user();
    const open = (userWallet: string) => api.post(`/escrow/${userId}/create`, { userWallet });
    for (const bad of [
      'nonsense',
      '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      newSignature(),
      ESCROW_ADDRESS,
    ])
      expect(seen(await open(bad))).toEqual([400, 'invalid_wallet']);
    const wallet = newWallet();
    const first = await open(wallet);
    expect(seen(await open(newWallet()))).toEqual([409, 'wallet_conflict']);
    expect((await open(wallet)).body).toEqual(first.body);
  });

  test('is needed before money moves', async () => {
    const userId = app.user();
    const deposit = await api.post(`/escrow/${userId}/deposit`, { amount: 1, signature: newSignature() });
    expect(seen(deposit)).toEqual([404, 'escrow_not_found']);
    const withdrawal = await api.post(`/escrow/${userId}/withdraw`, { amount: 1, destination: newWallet() });
    expect(seen(withdrawal)).toEqual([404, 'escrow_not_found']);
  });
});

async function withEscrow(): Promise<string> {
  const userId = app.user();
  await api.post(`/escrow/${userId}/create`, { userWallet: newWallet() });
  return userId;
}

describe('a deposit', () => {
  test('with a malformed signature is invalid_signature, with an unknown one transaction_not_found', async () => {
    const userId = await withEscrow();
    const deposit = (signature: string) => api.post(`/escrow/${userId}/deposit`, { amount: 1, signature });
    for (const bad of ['nonsense', newWallet(), '0'.repeat(88)])
      expect(seen(await deposit(bad))).toEqual([400, 'invalid_signature']);
    const unknown = newSignature();
    chain.deposits.set(unknown, [{ kind: 'refused', code: 'transaction_not_found', message: 'not known' }]);
    expect(seen(await deposit(unknown))).toEqual([404, 'transaction_not_found']);
  });

  test.each(['deposit_mismatch', 'sender_mismatch'] as const)(
    'that the chain contradicts is %s, and may be claimed rightly later',
    async (code) => {
      const userId = await withEscrow();
      const signature = newSignature();
      chain.deposits.set(signature, [{ kind: 'refused', code, message: 'not so' }]);
      expect(seen(await api.post(`/escrow/${userId}/deposit`, { amount: 1, signature }))).toEqual([
        400,
        code,
      ]);
      chain.deposits.delete(signature);
      expect((await api.post(`/escrow/${userId}/deposit`, { amount: 2, signature })).status).toBe(200);
    },
  );

  test('credited to another user or amount is deposit_already_credited', async () => {
    const [userId, other] = [await withEscrow(), await withEscrow()];
    const signature = newSignature();
    expect((await api.post(`/escrow/${userId}/deposit`, { amount: 1, signature })).status).toBe(200);
    expect(seen(await api.post(`/escrow/${userId}/deposit`, { amount: 2, signature }))).toEqual([
      409,
      'deposit_already_credited',
    ]);
    const code = 'deposit_already_credited';
    chain.deposits.set(signature, [{ kind: 'refused', code, message: 'credited before' }]);
    expect(seen(await api.post(`/escrow/${other}/deposit`, { amount: 1, signature }))).toEqual([
      409,
      'deposit_already_credited',
    ]);
  });

  test.each([
    ['"0"', 'invalid_amount'],
    ['0', 'invalid_amount'],
    ['1e3', 'invalid_amount'],
    ['-1', 'invalid_amount'],
    ['0.0000000001', 'invalid_amount'],
    ['"0.0000000001"', 'invalid_amount'],
    ['1,"asset":"DOGE"', 'unknown_asset'],
  ])('of %s is %s, and so is a withdrawal', async (amount, code) => {
    const userId = await withEscrow();
    const deposit = `{"amount":${amount},"signature":"${newSignature()}"}`;
    expect(seen(await api.post(`/escrow/${userId}/deposit`, deposit))).toEqual([400, code]);
    const withdrawal = `{"amount":${amount},"destination":"${newWallet()}"}`;
    expect(seen(await api.post(`/escrow/${userId}/withdraw`, withdrawal))).toEqual([400, code]);
  });
});

describe('a withdrawal', () => {
  test('of too much, to a bad address or below the rent minimum is refused', async () => {
    const userId = await withEscrow();
    await app.fund(userId, '1', 'SOL');
    const withdraw = (amount: string, destination: string) =>
      api.post(`/escrow/${userId}/withdraw`, { amount, destination });
    const tooMuch = await withdraw('1.000000001', newWallet());
    expect(seen(tooMuch)).toEqual([400, 'insufficient_escrow']);
    expect(tooMuch.body['error']).toBe(
      'Insufficient escrow balance. Available: 1.0 SOL, Required: 1.000005001 SOL. Please top up.',
    );
    for (const bad of ['nonsense', newSignature(), ESCROW_ADDRESS])
      expect(seen(await withdraw('0.5', bad))).toEqual([400, 'invalid_destination']);
    expect(seen(await withdraw('0.000890879', newWallet()))).toEqual([400, 'below_minimum']);
  });

  test('equal to one that is open, without a key, is withdrawal_in_progress', async () => {
    const userId = await withEscrow();
    await app.fund(userId, '5', 'SOL');
    const body = { amount: 1, destination: newWallet() };
    chain.withdrawals.set(body.destination, [{ kind: 'landed', txHash: 's', final: false, position: 1 }]);
    expect((await api.post(`/escrow/${userId}/withdraw`, body)).status).toBe(202);
    expect(seen(await api.post(`/escrow/${userId}/withdraw`, body))).toEqual([409, 'withdrawal_in_progress']);
    chain.withdrawals.delete(body.destination);
  });
});

test.each(['no-such', 'wf_1_0123456789abcdef', 'a%00b', `wf_${'9'.repeat(3000)}`, 'a b'])(
  'a workflow whose id is %s is not found, whatever is asked of it',
  async (id) => {
    const path = `/workflows/${id.replaceAll(' ', '%20')}`;
    const replies = [
      await api.get(path),
      await api.get(`${path}/steps`),
      await api.post(`${path}/approve`),
      await api.post(`${path}/cancel`),
    ];
    for (const { status, body } of replies) {
      expect([status, body['code']]).toEqual([404, 'workflow_not_found']);
    }
  },
);
