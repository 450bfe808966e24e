import { required } from '../config/temporal-connection.ts';
import { requireOwnApi, requireStack, runningStack, type LocalStack } from './local-stack.ts';
import { baseUrl } from '../processes/urls.ts';
import { loadConfig, type Config } from '../families/config.ts';
import { createScreen } from '../demo/screen.ts';
import { createAgent } from '../demo/purchaser/agent.ts';
import { purchase } from '../demo/purchaser/purchase.ts';
import { createWallet, type Wallet } from '../demo/purchaser/wallet.ts';
import { runScript, UsageError } from './command-line.ts';
import { keyLast, readObject } from './purchase-args.ts';
import { askOnTerminal } from './purchase-terminal.ts';

await runScript(
  {
    name: 'purchase',
    about: `Buys a job of an agent, as a purchaser's node would: orders over MIP-003, checks the terms, pays through the
payment service, answers questions, and compares the result with the hash on the chain.`,
    arguments: { FLOW_KEY: "which agent; curl -s $API/flows | jq -r '.[].key' lists the keys" },
    options: {
      input: {
        value: 'JSON',
        about: 'what the agent is to work on; without it you are asked, or its own example is taken',
      },
      answer: { value: 'JSON', about: 'the answer to what it asks while it works; without it as above' },
      refund: {
        about: 'ask for the money back as soon as it is paid, and show what becomes of that',
      },
      api: { value: 'URL', about: "the seller's API (that of the local stack)" },
      data: {
        value: 'DIR',
        about: "the local stack's folder (DATA_DIR, ./data): its stack.env names API and payment service",
      },
    },
    examples: [
      `steward purchase -_localhost_8001_hymn_-_ --input '{"topic":"autumn"}'`,
      `steward purchase -_localhost_8001_approval_-_ --answer '{"decision":"Send"}'`,
    ],
    notes: `The payment service is PAYMENT_SERVICE_URL with PAYMENT_API_KEY, else the local stack's. An API with keys gets
STEWARD_ADMIN_KEY. Exit code 0: delivered (with --refund: paid back), and every check passed. 1: anything else.
2: the command line is wrong.`,
    async run({ values, positionals: [key] }) {
      if (key === undefined)
        throw new UsageError('Which agent? npm run purchase -- FLOW_KEY; GET /flows lists the keys.');
      const order = {
        input: readObject(values.input, '--input'),
        answer: readObject(values.answer, '--answer'),
        refund: values.refund,
      };
      const config = loadConfig();
      const stack = stackOf(config, values);
      const screen = createScreen();
      screen.title(`Buying ${key}`);
      const { passed, fulfilled } = await purchase(
        {
          agent: createAgent(
            values.api ?? (stack === undefined ? baseUrl(config) : await requireOwnApi(stack)),
            key,
            config.STEWARD_ADMIN_KEY,
          ),
          wallet: walletOf(config, stack),
          screen,
          outputHash: (stack?.config ?? config).MASUMI_OUTPUT_HASH,
          askPerson: process.stdin.isTTY ? askOnTerminal : undefined,
        },
        order,
      );
      screen.line(`   ${ending(passed, fulfilled, values.refund)}`);
      process.exitCode = fulfilled ? 0 : 1;
    },
  },
  keyLast(process.argv.slice(2)),
);

/** What became of it, in one sentence. */
function ending(passed: boolean, fulfilled: boolean, refund: boolean): string {
  if (fulfilled) return `${refund ? 'Refunded' : 'Bought'}: every check passed.`;
  return passed
    ? 'NOT paid back: the job was delivered all the same; what becomes of the money is said above.'
    : 'NOT as it should be: see above.';
}

/** Not asked for where the command line and the environment say everything: seller and payment service may be anybody's. */
function stackOf(config: Config, { api, data }: { api?: string | undefined; data?: string | undefined }) {
  const isGiven = config.PAYMENT_SERVICE_URL !== undefined && config.PAYMENT_API_KEY !== undefined;
  const dir = data ?? config.DATA_DIR;
  if (isGiven && data === undefined) return api === undefined ? runningStack(dir) : undefined;
  return requireStack(dir, 'or set PAYMENT_SERVICE_URL and PAYMENT_API_KEY and say --api');
}

/** From the environment, else from the local stack. */
function walletOf(own: Config, stack: LocalStack | undefined): Wallet {
  const config = own.PAYMENT_SERVICE_URL === undefined && stack !== undefined ? stack.config : own;
  return createWallet({
    url: required(config, 'PAYMENT_SERVICE_URL'),
    apiKey: config.PAYMENT_API_KEY ?? required(stack?.config ?? own, 'PAYMENT_API_KEY'),
    network: config.MASUMI_NETWORK,
  });
}
