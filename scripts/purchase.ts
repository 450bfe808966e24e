import '../config/quiet-bindings.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig, type Config } from '../families/config.ts';
import { createScreen } from '../demo/screen.ts';
import { createAgent } from '../demo/purchaser/agent.ts';
import { purchase } from '../demo/purchaser/purchase.ts';
import { createWallet, type Wallet } from '../demo/purchaser/wallet.ts';
import { runScript } from './command-line.ts';
import { keyLast, readObject } from './purchase-args.ts';
import { askOnTerminal } from './purchase-terminal.ts';

await runScript(
  {
    name: 'purchase',
    about: `Buys a job of an agent, as a purchaser's node would: orders over MIP-003, checks the terms, pays through the
payment service, answers questions, and compares the result with the hash on the chain.`,
    arguments: { FLOW_KEY: "which agent; curl -s localhost:8000/flows | jq -r '.[].key' lists the keys" },
    options: {
      input: {
        value: 'JSON',
        about: 'what the agent is to work on; without it you are asked, or its own example is taken',
      },
      answer: { value: 'JSON', about: 'the answer to what it asks while it works; without it as above' },
      refund: {
        about: 'ask for the money back as soon as it is paid, and show what becomes of that',
      },
      api: { value: 'URL', about: "the seller's API (http://127.0.0.1:PORT)" },
      data: {
        value: 'DIR',
        about: "the local stack's folder (DATA_DIR, ./data): its stack.env names the payment service",
      },
    },
    examples: [
      `steward purchase -_localhost_8001_hymn_-_ --input '{"topic":"autumn"}'`,
      `steward purchase -_localhost_8001_approval_-_ --answer '{"decision":"Send"}'`,
    ],
    notes: `The payment service is PAYMENT_SERVICE_URL with PAYMENT_API_KEY, else the local stack's. An API with keys gets
STEWARD_ADMIN_KEY. Exit code 0: delivered (or, with --refund, paid back), and every check passed. 1: anything else.
2: the command line is wrong.`,
    async run({ values, positionals: [key] }) {
      if (key === undefined)
        throw new Error('Which agent? npm run purchase -- FLOW_KEY; GET /flows lists the keys.');
      const config = loadConfig();
      const order = {
        input: readObject(values.input, '--input'),
        answer: readObject(values.answer, '--answer'),
        refund: values.refund,
      };
      const screen = createScreen();
      screen.title(`Buying ${key}`);
      const { passed, status } = await purchase(
        {
          agent: createAgent(values.api ?? `http://127.0.0.1:${config.PORT}`, key, config.STEWARD_ADMIN_KEY),
          wallet: walletOf(config, values.data ?? config.DATA_DIR),
          screen,
          outputHash: config.MASUMI_OUTPUT_HASH,
          askPerson: process.stdin.isTTY ? askOnTerminal : undefined,
        },
        order,
      );
      screen.line(
        passed
          ? `   ${status === 'completed' ? 'Bought' : 'Refunded'}: every check passed.`
          : '   NOT as it should be: see above.',
      );
      process.exitCode = passed ? 0 : 1;
    },
  },
  keyLast(process.argv.slice(2)),
);

/** From the environment, else from the local stack. */
function walletOf(config: Config, dir: string): Wallet {
  const file = join(dir, 'stack.env');
  const given = config.PAYMENT_SERVICE_URL !== undefined;
  const stack = given || !existsSync(file) ? {} : parseEnv(readFileSync(file, 'utf8'));
  const url = config.PAYMENT_SERVICE_URL ?? stack['PAYMENT_SERVICE_URL'];
  const apiKey = config.PAYMENT_API_KEY ?? stack['PAYMENT_API_KEY'];
  if (url === undefined || apiKey === undefined)
    throw new Error(
      `Who pays? Set PAYMENT_SERVICE_URL and PAYMENT_API_KEY, or name the folder of a running local stack with --data (there is no use in ${file}).`,
    );
  const network = given ? config.MASUMI_NETWORK : stack['MASUMI_NETWORK'];
  return createWallet({ url, apiKey, network: network === 'Mainnet' ? 'Mainnet' : 'Preprod' });
}
