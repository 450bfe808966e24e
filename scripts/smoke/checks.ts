import { listOf, must, ok, stepsOf, type Check } from './client.ts';

const AGENT_FIELDS = ['id', 'priority', 'dailyBudget', 'maxPerCall', 'currentDailySpend', 'remainingBudget'];
const SERVICE_FIELDS = ['id', 'unitPrice', 'providerAddress', 'active', 'isVerified', 'metadataURI'];

const has = (thing: Record<string, unknown>, names: readonly string[]): void => {
  for (const name of names) must(thing[name] !== undefined, `${JSON.stringify(thing['id'])} has no ${name}`);
};

/** The nine checks of the original's test script. */
export const CHECKS: readonly [title: string, check: Check][] = [
  [
    'the API runs',
    async ({ get }) => {
      const body = ok(await get('/'));
      must(body['name'] === 'MNEE Nexus / Omni-Agent', 'it has another name');
      must(body['version'] === '1.0.0' && body['status'] === 'running', 'it does not say that it runs');
    },
  ],
  [
    'the treasury',
    async ({ get }) => {
      const body = ok(await get('/treasury'));
      must(typeof body['totalAllocated'] === 'number', 'totalAllocated is no number');
      must(typeof body['totalSpent'] === 'number', 'totalSpent is no number');
      for (const agent of Object.values(body['agents'] as object))
        has(agent as Record<string, unknown>, AGENT_FIELDS);
    },
  ],
  [
    'agents and their details',
    async ({ get }) => {
      const agents = listOf(ok(await get('/agents')));
      must(agents.length > 0, 'there are no agents');
      for (const agent of agents) has(agent, AGENT_FIELDS);
      const one = ok(await get('/agents/user-agent'));
      has(one, [...AGENT_FIELDS, 'transactions', 'totalSpent']);
    },
  ],
  [
    'services and their details',
    async ({ get }) => {
      const services = listOf(ok(await get('/services'))['services']);
      for (const service of services) has(service, SERVICE_FIELDS);
      has(ok(await get('/services/PRICE_ORACLE')), [...SERVICE_FIELDS, 'transactions', 'totalRevenue']);
    },
  ],
  [
    'a chat with every kind of tool',
    async ({ chat }) => {
      const steps = stepsOf(
        await chat('user-agent', 'draw an image, tell the price of ETH, run a job, archive it'),
      );
      const tools = steps.map((step) => step['tool_name']);
      for (const tool of [
        'generate_image_tool',
        'get_price_tool',
        'submit_batch_job_tool',
        'archive_log_tool',
      ])
        must(tools.includes(tool), `${tool} was not called`);
    },
  ],
  [
    'the log of transactions',
    async ({ get }) => {
      const transactions = listOf(ok(await get('/transactions?limit=10'))['transactions']);
      must(transactions.length > 0, 'it is empty');
      has(transactions.at(-1)!, ['timestamp', 'agent_id', 'service_id', 'task_id', 'amount', 'status']);
    },
  ],
  [
    'the log of the policy',
    async ({ get }) => {
      const logs = listOf(ok(await get('/policy/logs?limit=10'))['logs']);
      must(logs.length > 0, 'it is empty');
      has(logs.at(-1)!, ['timestamp', 'agent_id', 'service_id', 'action', 'reason', 'reason_code', 'cost']);
    },
  ],
  [
    'the statistics',
    async ({ get }) => {
      const { transactions, policyActions, ...rest } = ok(await get('/stats'));
      has(transactions as Record<string, unknown>, ['total', 'successful', 'failed', 'mock']);
      has(policyActions as Record<string, unknown>, ['ALLOWED', 'REJECTED', 'DOWNGRADED']);
      has(rest, ['totalAllocatedBudget', 'totalSpent', 'serviceCount', 'agentCount']);
    },
  ],
  [
    'the reset of the day',
    async ({ get, send }) => {
      const { message } = ok(await send('POST', '/reset'));
      must(message === "All agents' daily spending has been reset to 0", 'it says something else');
      must(ok(await get('/treasury'))['totalSpent'] === 0, 'something is still spent');
    },
  ],
];
