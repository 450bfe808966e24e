import { loadConfig } from '../families/config.ts';
import { describeError } from '../domain/errors.ts';
import { runScript } from './command-line.ts';
import { exitCodeOf, healthTable, healthUrl } from './health-table.ts';
import { unservedQueues } from './health-workers.ts';

const TIMEOUT_MS = 5000;

await runScript({
  name: 'health',
  about: 'Says how Steward is.',
  arguments: { '[URL]': 'of the API (HOST and PORT, http://127.0.0.1:8000)' },
  options: {
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
  run: ({ values, positionals }) =>
    values.workers ? askTemporal(values.quiet) : askApi(positionals[0], values.quiet),
});

async function askApi(given: string | undefined, quiet: boolean): Promise<void> {
  const url = healthUrl(given, loadConfig());
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
    throw new Error(
      `No answer from ${url} (${describeError(error)}). Is Steward running? Start it with npm start, or name its URL.`,
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

async function askTemporal(quiet: boolean): Promise<void> {
  const unserved = await unservedQueues(loadConfig());
  if (unserved.length > 0) throw new Error(`No worker of this machine serves ${unserved.join(', ')}.`);
  if (!quiet) process.stdout.write('The workers of this machine serve their queues.\n');
}
