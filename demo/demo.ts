import '../config/quiet-bindings.ts';
import { createLog } from '../config/logging.ts';
import { runScript } from '../scripts/command-line.ts';
import { HYMN } from '../stand-ins/agents/samples.ts';
import { sellAgents } from './agents.ts';
import { createDemoClient } from './client.ts';
import { fundEscrow } from './fund-escrow.ts';
import { createScreen, type Screen } from './screen.ts';
import { showTask, type DemoTask } from './task.ts';
import {
  addresses,
  quietRuntime,
  stackConfig,
  startStack,
  untilInterrupted,
  type Stack,
} from '../embedded/stack.ts';

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
    input: 'Book a hotel in Berlin for 2 nights and then get a credit rating for Example Corp',
    maxCost: '2',
    ends: 'failed',
  },
];

const USER = 'demo_user';
const ENDED_WELL = 'Both tasks ended as they should, and both agents were sold';

interface Wish {
  port: string | undefined;
  data: string | undefined;
  'any-ports': boolean;
  once: boolean;
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
  const log = createLog(config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL, 'steward');
  quietRuntime(log);
  const started = performance.now();
  screen.title(
    'Starting Temporal, PostgreSQL, two chains, a facilitator, sample services, agents, workers and the API',
  );
  const stack = await startStack(config, {
    application: true,
    log,
    progress: (message) => screen.detail(message),
  });
  screen.line(addresses(stack, (performance.now() - started) / 1000));
  let good = true;
  try {
    good = await showAll(screen, stack);
    screen.title(good ? ENDED_WELL : 'Something did not end as it should: see above');
    lookFurther(screen, stack);
    if (!values.once) {
      screen.line('Still serving. Look around at the addresses above; Ctrl-C stops everything.');
      await untilInterrupted(stack.application);
    }
  } catch (error) {
    good = false;
    screen.line(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  screen.line('Stopping...');
  await stack.stop();
  process.exitCode = good ? 0 : 1;
}

async function showAll(screen: Screen, { application, environment }: Stack): Promise<boolean> {
  const { url } = application!;
  const { config, local, standIns } = environment;
  const client = createDemoClient(url, config.STEWARD_ADMIN_KEY);
  if (local === undefined)
    screen.line('The chains are not local: the demo funds nothing and spends what the user has.');
  else await fundEscrow(screen, client, local, USER);
  let good = true;
  for (const task of TASKS) good = (await showTask(screen, client, config, USER, task)) && good;
  if (standIns.has('Kodosumi') && standIns.has('Masumi payments')) {
    const sales = await sellAgents(screen, url, config);
    return good && sales.every(({ passed }) => passed);
  }
  screen.line('Kodosumi or the payment service is real: the demo buys no agents there.');
  return good;
}

function lookFurther(screen: Screen, { application, environment }: Stack): void {
  const { url } = application!;
  const { EVM_RPC_URL: evm, SOLANA_RPC_URL: solana, DATA_DIR: dir } = environment.config;
  const nodes = `${evm === undefined ? '' : ` --evm-rpc ${evm}`}${solana === undefined ? '' : ` --solana-rpc ${solana}`}`;
  const say = (what: string, ...commands: string[]): void => {
    screen.line(`   ${what}`);
    for (const command of commands) screen.line(`     ${command}`);
  };
  say(
    'The signed receipt of a run, and whether it holds:',
    `ID=$(curl -s '${url}/runs?status=completed&family=reasoning' | jq -r '.runs[0].id')`,
    `curl -s ${url}/runs/$ID/receipt > receipt.json`,
    `npm run -s verify -- receipt.json${nodes}`,
  );
  say('Payments that somebody should look at:', `curl -s '${url}/payments?stuck=true'`);
  if (environment.standIns.has('Masumi payments'))
    say('Buy an agent yourself:', `npm run -s purchase -- ${HYMN.key} --api ${url} --data ${dir}`);
}

await runScript({
  name: 'demo',
  about: 'Starts everything, runs two real tasks, sells two agents, and keeps serving until Ctrl-C.',
  options: {
    once: { about: 'exit after that, 0 when all went as it should' },
    port: { value: 'N', about: 'API port (PORT, 8000)' },
    data: { value: 'DIR', about: 'where everything is kept (DATA_DIR, ./data)' },
    'any-ports': { about: 'let every part take a free port' },
  },
  examples: ['steward demo', 'steward demo --once --any-ports'],
  run: ({ values }) =>
    demonstrate(values).catch((error: unknown) => {
      process.stderr.write(
        `\nThe demo could not start: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      process.exitCode = 1;
    }),
});
process.exit();
