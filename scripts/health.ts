import { requireOwnApi, requireStack, runningStack, type LocalStack } from './local-stack.ts';
import { readStackFile } from './stack-file.ts';
import { loadConfig, type Config } from '../families/config.ts';
import { describeError } from '../domain/errors.ts';
import { runScript } from './command-line.ts';
import { exitCodeOf, healthTable, healthUrl } from './health-table.ts';
import { unservedQueues } from './health-workers.ts';

const TIMEOUT_MS = 5000;

await runScript({
  name: 'health',
  about: 'Says how Steward is.',
  arguments: { '[URL]': 'of the API (that of the local stack, else HOST and PORT)' },
  options: {
    data: {
      value: 'DIR',
      about: "the local stack's folder (DATA_DIR, ./data); where no stack runs, HOST and PORT count",
    },
    workers: {
      about: 'ask Temporal instead whether the workers of this machine serve their queues (WORKER_QUEUES)',
    },
    quiet: { about: 'only the exit code, and what is wrong' },
  },
  examples: [
    'steward health',
    'steward health https://steward.example.org --quiet',
    'steward health --workers',
  ],
  notes: `Exit code 0: healthy or degraded. 1: neither, or no answer. 2: the command line is wrong.`,
  run: ({ values: { data, workers, quiet }, positionals: [url] }) =>
    workers ? askTemporal(data, quiet) : askApi(url, data, quiet),
});

async function askApi(given: string | undefined, data: string | undefined, quiet: boolean): Promise<void> {
  const url = await addressOf(given, data);
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
    throw new Error(
      `No answer from ${url} (${describeError(error)}). Is Steward running? Start it with npm start, or name its URL or its folder (--data).`,
      {
        cause: error,
      },
    );
  });
  const body: unknown = await answer.json().catch(() => {
    throw new Error(
      `What answers at ${url} is not Steward (status ${answer.status}, no JSON). Name another URL.`,
    );
  });
  process.exitCode = exitCodeOf(answer.status, body);
  if (!quiet || process.exitCode === 1) process.stdout.write(`${healthTable(body)}\n`);
}

/** The URL that was given, else the local stack's own API, else the API process that the environment describes. */
async function addressOf(given: string | undefined, data: string | undefined): Promise<string> {
  const config = loadConfig();
  if (given !== undefined) return healthUrl(given, config);
  const stack = stackOf(data, config);
  return healthUrl(stack && (await requireOwnApi(stack)), config);
}

function stackOf(data: string | undefined, config: Config): LocalStack | undefined {
  const isDescribed = process.env['PORT'] !== undefined || process.env['HOST'] !== undefined;
  const dir = data ?? config.DATA_DIR;
  const wasThere = readStackFile(dir) !== undefined && !isDescribed;
  return data !== undefined || wasThere ? requireStack(dir) : runningStack(dir);
}

async function askTemporal(data: string | undefined, quiet: boolean): Promise<void> {
  const own = loadConfig();
  const config = own.TEMPORAL_ADDRESS !== undefined && data === undefined ? own : stackOf(data, own)?.config;
  const unserved = await unservedQueues(config ?? own);
  if (unserved.length > 0)
    throw new Error(
      `No worker of this machine serves ${unserved.join(', ')}. Start one with npm run worker (WORKER_QUEUES says which kinds of work it does).`,
    );
  if (!quiet) process.stdout.write('The workers of this machine serve their queues.\n');
}
