import { createAgentsClient, type AgentsClient, type ChatStep } from './agents-client.ts';
import type { Screen } from './screen.ts';

interface Story {
  title: string;
  tell(stage: Stage): Promise<boolean>;
}

interface Stage {
  screen: Screen;
  api: AgentsClient;
}

const USER = 'user-agent';
const BATCH = 'batch-agent';
const OPS = 'ops-agent';

/** The three problems of coordination that the original set out to show, each with the policy's log that explains it. */
const STORIES: readonly Story[] = [
  {
    title: 'Agents with budgets: interactive work is protected from batch work',
    async tell(stage) {
      const { api } = stage;
      const { treasuryBalance, agents } = await api.treasury();
      // As much as half of it is more than the treasury has: what is left is for interactive work.
      const dear = 2 * Number(treasuryBalance) + 100;
      return withBudget(stage, USER, Number(agents[USER]?.dailyBudget), dear, async () => {
        const batch = await say(stage, BATCH, 'tell the market price of ETH');
        const user = await say(stage, USER, 'tell the market price of ETH');
        await showLog(stage, BATCH);
        return batch?.policy_action === 'DENY' && user?.status === 'success';
      });
    },
  },
  {
    title: 'Agents with budgets: the archive keeps a summary when money is tight',
    async tell(stage) {
      const { agents } = await stage.api.treasury();
      return withBudget(stage, OPS, Number(agents[OPS]?.dailyBudget), 0.005, async () => {
        const step = await say(stage, OPS, 'archive this log: the deployment went well');
        await showLog(stage, OPS);
        return step?.policy_action === 'DOWNGRADE';
      });
    },
  },
  {
    title: 'Agents with budgets: what information costs, and what a decision is worth with it',
    async tell(stage) {
      const { agents } = await stage.api.treasury();
      const spent = Number(agents[OPS]?.currentDailySpend);
      return withBudget(stage, OPS, Number(agents[OPS]?.dailyBudget), round(spent + 0.15), async () => {
        const prices: number[] = [];
        for (let asked = 1; asked <= 4; asked++) {
          const step = await say(stage, OPS, 'price of ETH');
          if (step?.status !== 'success') break;
          prices.push(Number(step.output['price']));
          stage.screen.line(`   after ${asked} for ${round(asked * 0.05)} MNEE: ${estimate(prices)}`);
        }
        await showLog(stage, OPS);
        return prices.length === 3;
      });
    },
  },
];

const round = (amount: number): number => Math.round(amount * 1e6) / 1e6;

/** The mean, and how far the truth may be from it as far as these samples tell. */
function estimate(prices: readonly number[]): string {
  const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
  if (prices.length < 2) return `ETH is about ${mean.toFixed(2)}, and nothing says how sure that is`;
  const variance = prices.reduce((sum, price) => sum + (price - mean) ** 2, 0) / (prices.length - 1);
  return `ETH is ${mean.toFixed(2)}, give or take ${Math.sqrt(variance / prices.length).toFixed(2)}`;
}

/** Tells all stories; true when each ended as it should. */
export async function showCoordination(
  screen: Screen,
  url: string,
  key: string | undefined,
): Promise<boolean> {
  const stage = { screen, api: createAgentsClient(url, key) };
  let good = true;
  for (const { title, tell } of STORIES) {
    screen.title(title);
    good = (await tell(stage)) && good;
  }
  return good;
}

/** Changes what an agent may spend in a day for the time of a story. */
async function withBudget(
  { api, screen }: Stage,
  agent: string,
  before: number,
  amount: number,
  story: () => Promise<boolean>,
): Promise<boolean> {
  screen.line(`   ${agent} may spend ${amount} MNEE today (before: ${before})`);
  await api.setBudget(agent, amount);
  try {
    return await story();
  } finally {
    await api.setBudget(agent, before);
  }
}

async function say({ api, screen }: Stage, agent: string, message: string): Promise<ChatStep | undefined> {
  screen.line(`   ${agent}: "${message}"`);
  const [step] = await api.chat(agent, message);
  const told = step?.error ?? `${step?.service_id ?? 'nothing'} ${step?.status ?? ''}`;
  screen.line(`   -> ${step?.policy_action ?? 'no call'}: ${told}`);
  return step;
}

async function showLog({ api, screen }: Stage, agent: string): Promise<void> {
  const log = await api.lastDecision(agent);
  screen.line(`   the policy's log: ${log.action} ${log.reason_code}, "${log.reason}"`);
}
