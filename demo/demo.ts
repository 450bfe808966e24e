import { resolve } from 'node:path';
import { createLog } from '../config/logging.ts';
import { describeError } from '../domain/errors.ts';
import type { Environment } from '../embedded/environment.ts';
import { DEMO_USER, localAssetsOf } from '../embedded/chains/of-stack.ts';
import { requireOwnApi, runningStack, type LocalStack } from '../scripts/local-stack.ts';
import { runScript, UsageError } from '../scripts/command-line.ts';
import { HYMN } from '../stand-ins/agents/samples.ts';
import { sellAgents } from './agents.ts';
import { createDemoClient } from './client.ts';
import { showCoordination } from './coordination.ts';
import { fundEscrow } from './fund-escrow.ts';
import { createScreen, type Screen } from './screen.ts';
import { showTask, type DemoTask } from './task.ts';
import {
  addresses,
  quietRuntime,
  stackConfig,
  startStack,
  stopAloud,
  untilInterrupted,
} from '../embedded/stack.ts';
import { stackFileOf } from '../scripts/stack-file.ts';

const TASKS: readonly DemoTask[] = [
  {
    title: 'A task that works',
    input:
      'Get the SOL price history of the last 30 days, compute statistics and trend, chart it and compose a report',
    maxCost: '2',
    ends: 'completed',
  },
  {
    title: 'A task that fails half-way, on purpose: the booking is undone and refunded',
    input:
      'Book a hotel in Berlin for 2 nights from 10 January and then get a credit rating for Example Corp',
    maxCost: '2',
    ends: 'failed',
  },
];

const ENDED_WELL =
  'Both tasks ended as they should, agents kept to their budgets, and both sold agents delivered';

interface Wish {
  port: string | undefined;
  data: string | undefined;
  'any-ports': boolean;
  once: boolean;
}

/** What the demo shows things on: the stack that it started, or one that ran already. */
interface Stage extends Pick<Environment, 'config' | 'local' | 'standIns'> {
  url: string;
}

/** Ends with 0 when tasks and sales went as they should. */
async function demonstrate(values: Wish): Promise<void> {
  const screen = createScreen();
  const config = stackConfig({
    port: values.port,
    data: values.data,
    anyPorts: values['any-ports'],
    application: true,
  });
  const running = runningStack(config.DATA_DIR);
  const isGood =
    running === undefined
      ? await onOwnStack(screen, config, values.once)
      : await onStage(screen, await join(screen, running));
  process.exitCode = isGood ? 0 : 1;
}

/** The stack of the same folder serves already, so nothing is started, and nothing is stopped. */
async function join(screen: Screen, running: LocalStack): Promise<Stage> {
  screen.title(`The stack of ${running.dir} runs already: the demo uses it`);
  const { config, standIns } = running;
  return { url: await requireOwnApi(running), config, local: await localAssetsOf(running), standIns };
}

async function onOwnStack(screen: Screen, config: Environment['config'], once: boolean): Promise<boolean> {
  const log = createLog(config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL, 'steward');
  quietRuntime(log);
  const started = performance.now();
  screen.title(
    'Starting Temporal, PostgreSQL, two chains, a facilitator, sample services, agents, workers and the API',
  );
  const progress = (message: string): void => screen.detail(message);
  const stack = await startStack(config, { application: true, log, progress });
  screen.line(addresses(stack, (performance.now() - started) / 1000));
  const good = await onStage(screen, { url: stack.application!.url, ...stack.environment });
  if (good !== undefined && !once) {
    screen.line('Still serving. Look around at the addresses above; Ctrl-C stops everything.');
    await untilInterrupted(stack.application);
  }
  await stopAloud(stack);
  return good === true;
}

/** Undefined when it could not go on. */
async function onStage(screen: Screen, stage: Stage): Promise<boolean | undefined> {
  try {
    const good = await showAll(screen, stage);
    screen.title(good ? ENDED_WELL : 'Something did not end as it should: see above');
    lookFurther(screen, stage);
    return good;
  } catch (error) {
    screen.line(`The demo failed: ${describeError(error)}`);
    return undefined;
  }
}

async function showAll(screen: Screen, { url, config, local, standIns }: Stage): Promise<boolean> {
  const client = createDemoClient(url, config.STEWARD_ADMIN_KEY);
  if (local === undefined)
    screen.line('The chains are not local: the demo funds nothing and spends what the user has.');
  else await fundEscrow(screen, client, local, DEMO_USER);
  let good = true;
  for (const task of TASKS) good = (await showTask(screen, client, config, DEMO_USER, task)) && good;
  if (standIns.has('Price oracle'))
    good = (await showCoordination(screen, url, config.STEWARD_ADMIN_KEY)) && good;
  if (standIns.has('Kodosumi') && standIns.has('Masumi payments')) {
    const sales = await sellAgents(screen, url, config);
    return good && sales.every(({ passed }) => passed);
  }
  screen.line('Kodosumi or the payment service is real: the demo buys no agents there.');
  return good;
}

function lookFurther(screen: Screen, { config, standIns }: Stage): void {
  const { EVM_RPC_URL: evm, SOLANA_RPC_URL: solana } = config;
  const nodes = `${evm === undefined ? '' : ' --evm-rpc $EVM'}${solana === undefined ? '' : ' --solana-rpc $SOL'}`;
  const say = (what: string, ...commands: string[]): void => {
    screen.line(`   ${what}`);
    for (const command of commands) screen.line(`     ${command}`);
  };
  say(
    'A task of your own, in another terminal:',
    `npx steward task "Get the price of SOL over the last 14 days and chart it"${folderOf(config)}`,
  );
  say('In another terminal, once:', `. ${stackFileOf(config.DATA_DIR)}`);
  say(
    'The signed receipt of a run, and whether it holds:',
    `ID=$(curl -s "$API/runs?status=completed&family=reasoning" | jq -r '.runs[0].id')`,
    'curl -s $API/runs/$ID/receipt > receipt.json',
    `npm run -s verify -- receipt.json${nodes}`,
  );
  say('Payments that somebody should look at:', 'curl -s "$API/payments?stuck=true"');
  if (standIns.has('Masumi payments')) say('Buy an agent yourself:', `npm run -s purchase -- ${HYMN.key}`);
}

const folderOf = ({ DATA_DIR: dir }: Environment['config']): string =>
  resolve(dir) === resolve('data') ? '' : ` --data ${dir}`;

await runScript({
  name: 'demo',
  about:
    'Starts everything, runs two real tasks, shows agents that share a treasury, sells two agents, and keeps serving until Ctrl-C.',
  options: {
    once: { about: 'exit after that, 0 when all went as it should' },
    port: { value: 'N', about: 'API port (PORT, 8000)' },
    data: { value: 'DIR', about: 'where everything is kept (DATA_DIR, ./data)' },
    'any-ports': { about: 'let every part take a free port' },
  },
  examples: ['steward demo', 'steward demo --once --any-ports'],
  notes: `Where the stack of the same folder runs already, the demo is shown on that one, which goes on serving.`,
  run: (args) =>
    demonstrate(args.values).catch((error: unknown) => {
      if (error instanceof UsageError) throw error;
      throw new Error(`\nThe demo could not start: ${describeError(error)}`, { cause: error });
    }),
});
process.exit();
