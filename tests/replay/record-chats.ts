import { afterAll, beforeAll, test } from 'vitest';
import { agentWorkflowId } from '../../domain/omni/messages.ts';
import { DEFAULT_TENANT } from '../../domain/tenants.ts';
import { startMockStack, type MockStack } from '../omni/support/mock-stack.ts';
import { AGENT_HISTORY, CHAT_SCENARIOS } from './chat-scenarios.ts';
import { keep, record, recordedVersion } from './recording.ts';

/** Records each scenario of a chat, and an agent, as histories/<name>.<version>.bin. */
let stack: MockStack;
beforeAll(async () => {
  recordedVersion();
  stack = await startMockStack('record-chats');
}, 120_000);
afterAll(() => stack.stop(), 60_000);

test.each(Object.entries(CHAT_SCENARIOS))('records %s', async (name, play) => {
  await record(stack.app.client.workflow.getHandle(await play(stack)), name);
});

test('records an agent with its places, its pauses and its days', async () => {
  const handle = stack.app.client.workflow.getHandle(
    agentWorkflowId(stack.taskQueue, DEFAULT_TENANT, 'user-agent'),
  );
  await handle.signal('pauseAgent', { reason: 'recording' });
  await handle.signal('resumeAgent');
  await handle.signal('newDay');
  await handle.query('agentState');
  await stack.chat('user-agent', 'price');
  await keep(handle, AGENT_HISTORY);
});
