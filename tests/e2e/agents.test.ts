import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { APPROVAL, HYMN } from '../../stand-ins/agents/samples.ts';
import type { Agent } from '../../demo/purchaser/agent.ts';
import type { Bought, Order } from '../../demo/purchaser/order.ts';
import { purchase } from '../../demo/purchaser/purchase.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openShop, quietScreen, type Shop } from './support/agents.ts';
import { npm } from './support/npm.ts';

/** A fresh machine sells agents: what `npm start` brings, bought from over the wire alone. */
const data = join(temporaryFolder('agents'), 'data');
let shop: Shop;
beforeAll(async () => {
  shop = await openShop(data);
}, 120_000);
afterAll(() => shop.stop());

async function buy(agent: Agent, order: Order): Promise<Bought & { said: string }> {
  const { screen, lines } = quietScreen();
  const bought = await purchase(
    { agent, wallet: shop.wallet, screen, outputHash: 'mip', pollMs: 300 },
    order,
  );
  return { ...bought, said: lines.join('\n') };
}

async function buyByCommand(...args: string[]): Promise<{ code: number | null; said: string }> {
  const command = npm('purchase', [...args, '--api', shop.url, '--data', data]);
  return { code: await command.exited, said: command.said() };
}

test('a purchaser buys the hymn, and the hash on the chain is that of the result', async () => {
  const { passed, said } = await buy(shop.agent(HYMN.key), { input: { topic: 'winter' } });
  expect(passed, said).toBe(true);
  expect(said).toContain('PASS  price: 3 ADA, as in the registry');
  expect(said).toMatch(/Hymn to winter[^]*PASS {2}result hash: [0-9a-f]{64}, as on the chain/);
});

test('npm run purchase answers the question of an agent, and checks who took the answer', async () => {
  const { code, said } = await buyByCommand(APPROVAL.key, '--answer', '{"decision":"Do not send"}');
  expect(code, said).toBe(0);
  expect(said).toMatch(/PASS {2}answer signature: Ed25519 by [0-9a-f]{64}/);
  expect(said).toMatch(/Nothing was sent\.[^]*PASS {2}result hash/);
});

test('a refund that is asked for at once comes before the work, or is a dispute about a delivered result', async () => {
  const { passed, fulfilled, said } = await buy(shop.agent(HYMN.key), { refund: true });
  expect(passed, said).toBe(true);
  expect(fulfilled, said).toBe(/the money is back|the seller has agreed/.test(said));
  // Which of the two depends on who looks at the chain first, as it does with real ones.
  expect(said).toMatch(/refund: asked for[^]*(money: Disputed[^]*this is a dispute|the money is back)/);
});

test('another result than the one whose hash was submitted is found out', async () => {
  const agent = shop.agent(HYMN.key);
  const forging: Agent = {
    ...agent,
    async status(jobId) {
      const status = await agent.status(jobId);
      return status.result === undefined ? status : { ...status, result: `${status.result}!` };
    },
  };
  const { passed, said } = await buy(forging, {});
  expect(passed).toBe(false);
  expect(said).toMatch(/FAIL {2}result hash: [0-9a-f]{64} here, [0-9a-f]{64} on the chain/);
});

test('terms that are not those of the order are not paid', async () => {
  const agent = shop.agent(HYMN.key);
  let ordered = '';
  const greedy: Agent = {
    ...agent,
    async startJob(identifier, input) {
      const job = await agent.startJob(identifier, input);
      ordered = job.blockchainIdentifier;
      return { ...job, amounts: [{ amount: 9_000_000, unit: 'lovelace' }] };
    },
  };
  await expect(buy(greedy, {})).rejects.toThrow('nothing was paid');
  await expect(shop.wallet.resolve(ordered)).rejects.toThrow('404');
});

test.each([
  [1, ['nope'], 'does not list this flow'],
  [1, [HYMN.key, '--input', '{}'], 'Topic is required'],
  [2, [HYMN.key, '--input', 'topic'], `--input '{"field":"value"}'`],
  [2, [], 'Which agent?'],
] as const)('exit %i: npm run purchase -- %j is told what is wrong', async (exit, args, words) => {
  const { code, said } = await buyByCommand(...args);
  expect(code).toBe(exit);
  expect(said).toContain(words);
  expect(said).not.toMatch(/^ +at /m);
});
