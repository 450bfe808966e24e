import { setTimeout as delay } from 'node:timers/promises';
import { formatEther, parseEther } from 'ethers';
import { expect, test } from 'vitest';
import { ask, openShop, type Shop } from '../kills/customer.ts';
import { seeded } from '../kills/siege.ts';
import { startVictims, type Victims } from '../kills/victims.ts';
import { AGENT, holdDay, spentOf, type Chat } from './support/siege-proof.ts';

const CHATS_AT_ONCE = 10;
const KILLS = { withMoney: 8, thenMore: 7 };
const MESSAGE = 'Tell me the price of BTC and archive it';
const SETTINGS = {
  IDEMPOTENCY_CLAIM_MS: '2000',
  OMNI_WATCH_EVERY_MS: '500',
  OMNI_CHAT_WAIT_MS: '3000',
  OMNI_QUEUE_WAIT_MS: '600000', // whoever waits here waits for the leases of what was killed
};

/** A price is 0.05 and an archive 0.01: the last archive would fit if the day had the smallest unit more. */
const MORE = parseEther('2');
const UNUSABLE = parseEther('0.01') - 1n;

test('ten chats of one agent on three workers, killed at random, end, and never spend more than its day has', async () => {
  const victims = await startVictims({ workers: 3, env: SETTINGS });
  try {
    const siege = { over: false };
    const talks = Promise.all(
      Array.from({ length: CHATS_AT_ONCE }, (_, n) => chatUntilOver(victims, siege, n)),
    );
    talks.catch(() => undefined); // awaited below; an error of the kills may come first
    const spent = await layWaste(victims, 1).finally(() => (siege.over = true));
    await holdDay(victims, (await talks).flat(), { spent, left: UNUSABLE });
  } finally {
    await victims.stop();
  }
}, 900_000);

/** First there is money for everything, then for a little more alone. Answers what must be spent in the end. */
async function layWaste(victims: Victims, seed: number): Promise<bigint> {
  const random = seeded(seed);
  await killAtRandom(victims, random, KILLS.withMoney);
  const spent = (await spentOf(victims)) + MORE;
  await setBudget(victims, spent + UNUSABLE);
  await killAtRandom(victims, random, KILLS.thenMore);
  return spent;
}

/** Mostly workers; a kill of the API or of Temporal is felt by all chats. */
async function killAtRandom({ processes }: Victims, random: () => number, kills: number): Promise<void> {
  const { worker, api, temporal } = processes;
  const targets = [...worker, ...worker, ...worker, ...api, temporal];
  for (let kill = 0; kill < kills; kill++) {
    await delay(200 + Math.floor(random() * 1500));
    await targets[Math.floor(random() * targets.length)]!.kill();
  }
}

/** In the source text, because a number of JavaScript has fewer digits. */
async function setBudget({ url }: Victims, amount: bigint): Promise<void> {
  const budget = formatEther(amount);
  const answer = await fetch(`${url}/agents/${AGENT}/budget`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: `{"daily_budget":${budget}}`,
  });
  expect([answer.status, await answer.text()]).toEqual([
    200,
    expect.stringContaining(`"dailyBudget":${budget},`),
  ]);
}

/** Also after the siege, until the day is used up: an archive of its last chat was too dear. */
async function chatUntilOver({ urls }: Victims, siege: { over: boolean }, n: number): Promise<Chat[]> {
  const shop = openShop(urls, { patienceMs: 300_000, answerMs: 10_000 });
  const chats: Chat[] = [];
  const isUsedUp = (): boolean => chats.at(-1)?.steps.at(-1)?.['policy_action'] === 'DOWNGRADE';
  while (!siege.over || !isUsedUp()) chats.push(await chatOnce(shop, `chat-${n}-${chats.length}`));
  return chats;
}

/** Sends a message under a key until an API takes it, and waits for the answer. */
async function chatOnce(shop: Shop, key: string): Promise<Chat> {
  let answer = await ask(shop, '/chat', { agent_id: AGENT, message: MESSAGE }, key);
  for (const end = Date.now() + shop.patienceMs; answer['status'] === 'running'; await delay(200)) {
    if (Date.now() > end) throw new Error(`The chat ${String(answer['task_id'])} has no answer.`);
    answer = await ask(shop, `/chat/${String(answer['task_id'])}`);
  }
  return answer as unknown as Chat;
}
