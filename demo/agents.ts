import type { Config } from '../config/config.ts';
import type { JsonObject } from '../schemas/core/json.ts';
import type { MasumiSettings } from '../schemas/families/masumi/settings.ts';
import { APPROVAL, HYMN, type SampleAgent } from '../stand-ins/agents/samples.ts';
import { createAgent } from './purchaser/agent.ts';
import type { Bought } from './purchaser/order.ts';
import { purchase } from './purchaser/purchase.ts';
import { createWallet } from './purchaser/wallet.ts';
import { required } from '../config/temporal-connection.ts';
import type { Screen } from './screen.ts';

interface Sale {
  title: string;
  sample: SampleAgent;
  input: JsonObject;
  answer?: JsonObject;
}

const SALES: readonly Sale[] = [
  {
    title: 'An agent sold over MIP-003: a purchaser pays first, and gets a hymn',
    sample: HYMN,
    input: { topic: 'durable work' },
  },
  {
    title: 'An agent that asks a person while it works; the answer is signed',
    sample: APPROVAL,
    input: { message: 'the office moves on Monday.' },
    answer: { decision: 'Send', comment: 'Kind regards' },
  },
];

/** Sells both sample agents to a purchaser that knows Steward only over the wire. */
export async function sellAgents(
  screen: Screen,
  apiUrl: string,
  config: Config & MasumiSettings,
): Promise<Bought[]> {
  const wallet = createWallet({
    url: required(config, 'PAYMENT_SERVICE_URL'),
    apiKey: required(config, 'PAYMENT_API_KEY'),
    network: config.MASUMI_NETWORK,
  });
  const bought: Bought[] = [];
  for (const { title, sample, input, answer } of SALES) {
    screen.title(title);
    const agent = createAgent(apiUrl, sample.key, config.STEWARD_ADMIN_KEY);
    const purchaser = { agent, wallet, screen, outputHash: config.MASUMI_OUTPUT_HASH };
    bought.push(await purchase(purchaser, { input, answer }));
  }
  return bought;
}
