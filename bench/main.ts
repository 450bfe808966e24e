import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { hardware } from './harness/hardware.ts';
import { waitForQuiet } from './harness/quiet.ts';
import { toMarkdown } from './report/markdown.ts';
import type { Results } from './report/results.ts';
import { judge } from './report/targets.ts';
import { maximumRate, measureDelivery, measureSockets } from './sections/delivery.ts';
import { measureLedger } from './sections/ledger.ts';
import { measurePaid } from './sections/paid.ts';
import { measurePlanning } from './sections/planning.ts';
import { measureProfile } from './sections/profile.ts';
import { measureReads } from './sections/reads.ts';
import { resourcesOf } from './sections/resources.ts';
import { measureRuns } from './sections/runs.ts';
import { measureWaitingJobs } from './sections/waiting-jobs.ts';
import { start, type Started } from './start.ts';

const SECTIONS = [
  'runs',
  'profile',
  'planning',
  'reads',
  'delivery',
  'sockets',
  'paid',
  'ledger',
  'jobs', // last, because its jobs go on waiting
] as const;
type Section = (typeof SECTIONS)[number];
type Measured = Pick<Results, Section & keyof Results>;

const HELP = `npm run bench -- [options]      Steward beside a bare Temporal program, on one machine, in one run
  --quick          at most two minutes, smaller counts, one round
  --only NAME      one section: ${SECTIONS.join(', ')}
  --jobs N         how many jobs wait (10,000; quick: 300)
  --out FILE       where the JSON goes (bench/results/latest.json)
  --report         writes bench/RESULTS.md and bench/results/<date>.json as well
  --help
It starts everything it needs on free ports, in a folder of its own under the temporary folder, and stops it.
`;
const PATIENCE_MS = 120_000;

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    jobs: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, 'results', 'latest.json') },
    report: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const jobs = given.jobs === undefined ? undefined : Number(given.jobs);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (given.help) process.stdout.write(HELP);
else if (jobs !== undefined && !(Number.isInteger(jobs) && jobs > 0)) {
  process.stderr.write(`--jobs must be a whole number.\n${HELP}`);
  process.exitCode = 2;
} else if (given.only !== undefined && !SECTIONS.includes(given.only as Section)) {
  process.stderr.write(`There is no section "${given.only}".\n${HELP}`);
  process.exitCode = 2;
} else write(await run(given.only === undefined ? SECTIONS : [given.only as Section]));

async function run(wanted: readonly Section[]): Promise<Results> {
  const startedAt = new Date();
  const started = await start(given.quick, say);
  const interrupted = (): void => void started.stop().then(() => process.exit(130));
  process.once('SIGINT', interrupted);
  const measured = await measureAndStop(started, wanted);
  process.off('SIGINT', interrupted);
  const results = {
    startedAt: startedAt.toISOString(),
    quick: given.quick,
    elapsedSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    hardware: hardware(started.servers),
    firstStartMs: Math.round(started.firstStartMs),
    secondStartMs: Math.round(started.secondStartMs),
    ...measured,
  };
  return { ...results, verdicts: judge(results) };
}

async function measureAndStop(started: Started, wanted: readonly Section[]) {
  let measured;
  try {
    measured = await measure(started, wanted);
  } finally {
    await started.stop();
  }
  started.discard(); // after a failure the folder stays for a look
  return measured;
}

async function measure({ bench }: Started, wanted: readonly Section[]) {
  const foreignCoresBefore = await waitForQuiet(given.quick ? 0 : PATIENCE_MS);
  const loadAverageBefore = Number(loadavg()[0]!.toFixed(2));
  const idleResources = resourcesOf(bench.steward.pid);
  const sections = await measureSections(bench, wanted);
  return {
    foreignCoresBefore,
    loadAverageBefore,
    idleResources,
    ...sections,
    busyResources: resourcesOf(bench.steward.pid),
  };
}

async function measureSections(bench: Bench, wanted: readonly Section[]): Promise<Measured> {
  const measured: Measured = {};
  let maxRate: number | undefined;
  const rate = async (): Promise<number> => (maxRate ??= await maximumRate(bench));
  const work: { [name in Section]: () => Promise<void> } = {
    runs: async () => void (measured.runs = await measureRuns(bench)),
    profile: async () => void (measured.profile = await measureProfile(bench)),
    planning: async () => void (measured.planning = await measurePlanning(bench)),
    reads: async () => void (measured.reads = await measureReads(bench)),
    delivery: async () => void (measured.delivery = await measureDelivery(bench, await rate())),
    sockets: async () => void (measured.sockets = await measureSockets(bench, await rate())),
    paid: async () => void (measured.paid = await measurePaid(bench)),
    ledger: async () => void (measured.ledger = await measureLedger(bench)),
    jobs: async () => void (measured.jobs = await measureWaitingJobs(bench, jobs)),
  };
  for (const name of wanted) {
    const began = performance.now();
    say(`${name}:`);
    await work[name]();
    say(`  ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
  return measured;
}

function write(results: Results): void {
  const json = `${JSON.stringify(results, null, 2)}\n`;
  const file = resolve(given.out);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, json);
  say(
    `\n${results.verdicts.map(({ met, target, measured }) => `${met ? 'met   ' : 'MISSED'}  ${target}: ${measured}`).join('\n')}\n\n${file}`,
  );
  if (!given.report) return;
  writeFileSync(join(import.meta.dirname, 'results', `${results.startedAt.slice(0, 10)}.json`), json);
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), toMarkdown(results));
}
