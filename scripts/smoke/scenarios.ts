import { listOf, must, ok, stepsOf, type Check, type Smoke } from './client.ts';

const spentBy = async ({ get }: Smoke, agent: string): Promise<number> =>
  Number(ok(await get(`/agents/${agent}`))['currentDailySpend']);

/** The five scenarios of the original's test script. */
export const SCENARIOS: readonly [title: string, check: Check][] = [
  [
    'an image and a price are paid for',
    async (smoke) => {
      const before = await spentBy(smoke, 'user-agent');
      const steps = stepsOf(await smoke.chat('user-agent', 'draw an image and tell the market price'));
      must(
        steps.every(({ status }) => status === 'success'),
        `a step failed: ${JSON.stringify(steps.map(({ error }) => error))}`,
      );
      must((await spentBy(smoke, 'user-agent')) > before, 'nothing was spent');
    },
  ],
  [
    'a batch job beyond the limit of a call is rejected',
    async ({ chat, get }) => {
      const [step] = stepsOf(await chat('batch-agent', 'run a batch job'));
      must(step?.['policy_action'] === 'DENY', 'it was not rejected');
      const [log] = listOf(ok(await get('/policy/logs?limit=1&agent_id=batch-agent'))['logs']);
      must(log?.['action'] === 'REJECTED', 'the log does not say so');
    },
  ],
  [
    'an archive is downgraded when money is tight',
    async (smoke) => {
      const { dailyBudget } = ok(await smoke.get('/agents/ops-agent'));
      ok(await smoke.send('PUT', '/agents/ops-agent/budget', { daily_budget: 0.001 }));
      try {
        const [step] = stepsOf(await smoke.chat('ops-agent', 'archive this log'));
        must(step?.['policy_action'] === 'DOWNGRADE', 'it was not downgraded');
        must(step['service_id'] === 'LOG_ARCHIVE_SUMMARY', 'it is no summary');
      } finally {
        ok(await smoke.send('PUT', '/agents/ops-agent/budget', { daily_budget: dailyBudget }));
      }
    },
  ],
  [
    'the budget is followed over several chats',
    async (smoke) => {
      const before = await spentBy(smoke, 'ops-agent');
      for (let chats = 0; chats < 3; chats++) stepsOf(await smoke.chat('ops-agent', 'price of BTC'));
      const spent = (await spentBy(smoke, 'ops-agent')) - before;
      must(Math.abs(spent - 0.15) < 1e-9, `three prices cost ${spent}`);
    },
  ],
  [
    'what was paid is in the log of transactions',
    async ({ get }) => {
      const { transactions } = ok(await get('/transactions?agent_id=ops-agent&limit=3'));
      const last = listOf(transactions);
      must(last.length === 3, 'it has fewer');
      must(
        last.every(({ status }) => status === 'SUCCESS' || status === 'MOCK'),
        'one was not paid',
      );
    },
  ],
];
