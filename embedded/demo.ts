import '../quiet-bindings.ts';
import { parseArgs } from 'node:util';
import { createLog } from '../logging.ts';
import { quietRuntime } from '../workers/runtime.ts';
import { createDemoClient } from './demo/client.ts';
import { fundEscrow } from './demo/fund-escrow.ts';
import { createScreen } from './demo/screen.ts';
import { showTask, type DemoTask } from './demo/task.ts';
import { addresses, stackConfig, startStack, untilInterrupted } from './stack.ts';

const HELP = `npm run demo -- [options]    starts everything, runs two real jobs, keeps serving until Ctrl-C
  --once           exit after the jobs, 0 when both went as they should
  --port N         API port (PORT, 8000)
  --data DIR       where everything is kept (DATA_DIR, ./data)
  --any-ports      let every part take a free port
  --help
`;

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

/** Answers whether both tasks ended as they should. */
async function demonstrate(): Promise<void> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      port: { type: 'string' },
      data: { type: 'string' },
      'any-ports': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const screen = createScreen();
  if (values.help) return screen.line(HELP);
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
    'Starting Temporal, PostgreSQL, two chains, a facilitator, sample services, workers and the API',
  );
  const stack = await startStack(config, {
    application: true,
    log,
    progress: (message) => screen.detail(message),
  });
  screen.line(addresses(stack, (performance.now() - started) / 1000));
  let good = true;
  try {
    const client = createDemoClient(stack.application!.url, config.STEWARD_ADMIN_KEY);
    if (stack.environment.local === undefined)
      screen.line('The chains are not local: the demo funds nothing and spends what the user has.');
    else await fundEscrow(screen, client, stack.environment.local, USER);
    for (const task of TASKS)
      good = (await showTask(screen, client, stack.environment.config, USER, task)) && good;
    screen.title(good ? 'Both tasks ended as they should' : 'A task did not end as it should: see above');
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

await demonstrate().catch((error: unknown) => {
  process.stderr.write(
    `\nThe demo could not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
});
process.exit();
