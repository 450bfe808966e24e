import { expect } from 'vitest';
import type { MockStack } from '../omni/support/mock-stack.ts';

/** A way through a chat worth remembering. Answers the id of its run. */
export type ChatScenario = (stack: MockStack) => Promise<string>;

const taskOf = ({ body }: { body: Record<string, unknown> }): string => String(body['task_id']);

/** One for each way through a chat; their recorded histories must replay for ever (architecture decision 15). */
export const CHAT_SCENARIOS: { readonly [name: string]: ChatScenario } = {
  'chat-paid-calls': async ({ chat }) => taskOf(await chat('user-agent', 'draw a logo and tell the price')),
  'chat-rejected': async ({ chat }) => taskOf(await chat('batch-agent', 'run a batch job')),
  'chat-downgraded': async ({ chat, put }) => {
    await put('/agents/ops-agent/budget', { daily_budget: 0 });
    return taskOf(await chat('ops-agent', 'archive this'));
  },
  'chat-provider-refuses': async ({ chat, provider }) => {
    provider.trouble = [400];
    return taskOf(await chat('user-agent', 'price of BTC'));
  },
  'chat-cancelled': async ({ chat, get, post, provider }) => {
    let letGo = (): void => undefined;
    provider.gate = new Promise<void>((settle) => (letGo = settle));
    const before = provider.asked.length;
    const answer = chat('user-agent', 'draw a picture, then archive it');
    await expect.poll(() => provider.asked.length, { timeout: 20_000 }).toBe(before + 1);
    const { runs } = (await get('/runs?family=omni&limit=1')).body as { runs: { id: string }[] };
    await post(`/runs/${runs[0]!.id}/cancel`);
    provider.gate = undefined;
    letGo();
    await answer;
    return runs[0]!.id;
  },
};

/** The workflows that never end. */
export const AGENT_HISTORY = 'omni-agent';
