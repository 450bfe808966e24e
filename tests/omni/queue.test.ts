import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentWorkflowId } from '../../domain/omni/messages.ts';
import { DEFAULT_TENANT } from '../../domain/tenants.ts';
import { startMockStack, type MockStack } from './support/mock-stack.ts';

let stack: MockStack;

beforeAll(async () => {
  stack = await startMockStack('omni-queue', {
    OMNI_QUEUE_WAIT_MS: '6000',
    OMNI_CHATS_PER_AGENT: '2',
    OMNI_CHAT_WAIT_MS: '20000',
  });
}, 120_000);

afterAll(() => stack.stop(), 60_000);

/** Holds every provider call until it is let go. */
function holdProvider(): () => void {
  let open = (): void => undefined;
  stack.provider.gate = new Promise<void>((settle) => (open = settle));
  return () => {
    stack.provider.gate = undefined;
    open();
  };
}

const price = () => stack.chat('user-agent', 'price of ETH');
const calls = (): number => stack.provider.asked.length;

test('chats beyond the places wait for one, first come, first served', async () => {
  const before = calls();
  const letGo = holdProvider();
  const chats = Array.from({ length: 4 }, price);
  await expect.poll(calls, { timeout: 20_000 }).toBe(before + 2);
  expect((await stack.get('/admin/overview')).body).toMatchObject({ queued: 2 });
  letGo();
  const answers = await Promise.all(chats);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
}, 60_000);

test('a chat that gets no place in time is told to come again, and costs nothing', async () => {
  const spent = (await stack.get('/agents/user-agent')).body['currentDailySpend'];
  const before = calls();
  const letGo = holdProvider();
  const first = [price(), price()];
  await expect.poll(calls, { timeout: 20_000 }).toBe(before + 2);
  const busy = await price();
  expect(busy).toMatchObject({ status: 429, body: { code: 'agent_busy', error_code: 'AGENT_BUSY' } });
  expect(busy.headers.get('retry-after')).toBe('5');
  letGo();
  await Promise.all(first);
  const now = (await stack.get('/agents/user-agent')).body['currentDailySpend'];
  expect(Number(now)).toBeCloseTo(Number(spent) + 0.1, 9);
  expect((await price()).status).toBe(200);
}, 60_000);

test('places of chats whose workflows were ended by hand are given on', async () => {
  const before = calls();
  const letGo = holdProvider();
  const lost = [price(), price()];
  await expect.poll(calls, { timeout: 20_000 }).toBe(before + 2);
  const { runs } = (await stack.get('/runs?family=omni&limit=2')).body as { runs: { id: string }[] };
  for (const { id } of runs) await stack.app.client.workflow.getHandle(id).terminate('by hand');
  letGo();
  await expect
    .poll(async () => (await stack.chat('user-agent', 'price of ETH')).status, { timeout: 60_000 })
    .toBe(200);
  await Promise.all(lost);
}, 120_000);

test('an agent answers in Temporal who works and who waits, and takes nonsense for nothing', async () => {
  const id = agentWorkflowId(stack.taskQueue, DEFAULT_TENANT, 'user-agent');
  const handle = stack.app.client.workflow.getHandle(id);
  await handle.signal('enterAgent', 'nonsense');
  await handle.signal('pauseAgent', { reason: 7 });
  await expect
    .poll(() => handle.query('agentState'), { timeout: 20_000 })
    .toEqual({ working: [], waiting: [] });
  await handle.signal('pauseAgent', { reason: 'from the Web UI' });
  await expect
    .poll(async () => (await stack.get('/agents/user-agent')).body, { timeout: 20_000 })
    .toMatchObject({ paused: true, pauseReason: 'from the Web UI' });
  await handle.signal('resumeAgent');
  await expect
    .poll(async () => (await stack.get('/agents/user-agent')).body['paused'], { timeout: 20_000 })
    .toBe(false);
}, 60_000);

test('ten chats at once never spend more than the day has, by the smallest unit', async () => {
  await stack.put('/agents/batch-agent/budget', { daily_budget: 0.35 });
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => stack.chat('batch-agent', 'price of BTC')),
  );
  const steps = answers.flatMap(({ body }) => (body['steps'] as { status: string }[] | undefined) ?? []);
  expect(steps.filter(({ status }) => status === 'success')).toHaveLength(7);
  expect(steps.filter(({ status }) => status === 'denied').length).toBe(
    answers.filter(({ status }) => status === 200).length - 7,
  );
  expect((await stack.get('/agents/batch-agent')).body).toMatchObject({
    currentDailySpend: 0.35,
    remainingBudget: 0,
  });
}, 90_000);
