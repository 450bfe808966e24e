import { expect } from 'vitest';
import type { Victims } from '../kills/victims.ts';
import { until } from '../workflows/support/run.ts';

type Body = Record<string, unknown>;

const PRICE = 0.05;
const PATIENCE_MS = 120_000;

/** An agent asks for a price while its worker dies: it is paid once, answered once, and its day counts it once. */
export async function chatOnce({ url }: Pick<Victims, 'url'>): Promise<void> {
  const get = async (path: string): Promise<Body> => (await (await fetch(new URL(path, url))).json()) as Body;
  const spent = async (): Promise<number> => Number((await get('/agents/user-agent'))['currentDailySpend']);
  const before = await spent();
  const answer = await fetch(new URL('/chat', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ agent_id: 'user-agent', message: 'price of BTC' }),
  });
  const id = String(((await answer.json()) as Body)['task_id']);
  await until(
    async () => (await get(`/chat/${id}`))['status'] === 'completed',
    `chat ${id} has its answer`,
    PATIENCE_MS,
  );
  const { steps } = (await get(`/chat/${id}`)) as { steps: Body[] };
  expect(steps).toMatchObject([{ service_id: 'PRICE_ORACLE', status: 'success', policy_action: 'ALLOW' }]);
  const { transactions } = (await get('/transactions?limit=1000')) as { transactions: Body[] };
  const own = transactions.filter(({ task_id }) => task_id === `${id}-1`);
  expect(own).toMatchObject([{ status: 'SUCCESS', amount: PRICE, tx_hash: steps[0]!['tx_hash'] }]);
  expect(await get(`/transactions/${id}-1/receipt`)).toMatchObject({ status: 'CONFIRMED', verified: true });
  const { logs } = (await get('/policy/logs?limit=1000')) as { logs: Body[] };
  expect(logs.filter(({ task_id }) => task_id === `${id}-1`)).toHaveLength(1);
  expect(await spent()).toBeCloseTo(before + PRICE, 12);
}
