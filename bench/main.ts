import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runScript, UsageError } from '../scripts/command-line.ts';
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
import { measurePolicy } from './sections/policy.ts';
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
  'policy',
  'jobs', // last, because its jobs go on waiting
] as const;
type Section = (typeof SECTIONS)[number];
type Measured = Pick<Results, Section & keyof Results>;

const PATIENCE_MS = 120_000;

interface Wish {
  quick: boolean;
  jobs: number | undefined;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

await runScript({
  name: 'bench',
  about: 'Measures Steward beside a bare Temporal program, on one machine, in one run.',
  options: {
    quick: { about: 'at most two minutes, smaller counts, one round' },
    only: { value: 'NAME', about: `one section: ${SECTIONS.join(', ')}` },
    jobs: { value: 'N', about: 'how many jobs wait (10,000; quick: 300)' },
    out: {
      value: 'FILE',
      default: join(import.meta.dirname, 'results', 'latest.json'),
      about: 'where the JSON goes (bench/results/latest.json)',
    },
    report: { about: 'writes bench/RESULTS.md and bench/results/<date>.json as well' },
  },
  examples: ['steward bench --quick', 'steward bench --only runs --out /tmp/runs.json'],
  notes: `It starts everything it needs on free ports, in a folder of its own under the temporary folder, and stops it.`,
  async run({ values: { quick, only, jobs, out, report } }) {
    const wish = { quick, jobs: numberOfJobs(jobs) };
    write(await run(sectionsOf(only), wish), out, report);
  },
});

function numberOfJobs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const jobs = Number(text);
  if (Number.isInteger(jobs) && jobs > 0) return jobs;
  throw new UsageError(`--jobs must be a whole number, not "${text}".`);
}

function sectionsOf(only: string | undefined): readonly Section[] {
  if (only === undefined) return SECTIONS;
  const section = SECTIONS.find((name) => name === only);
  if (section !== undefined) return [section];
  throw new UsageError(`There is no section "${only}"; there are ${SECTIONS.join(', ')}.`);
}

async function run(wanted: readonly Section[], wish: Wish): Promise<Results> {
  const startedAt = new Date();
  const started = await start(wish.quick, say);
  const interrupted = (): void => void started.stop().then(() => process.exit(130));
  process.once('SIGINT', interrupted);
  const measured = await measureAndStop(started, wanted, wish);
  process.off('SIGINT', interrupted);
  const results = {
    startedAt: startedAt.toISOString(),
    quick: wish.quick,
    elapsedSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    hardware: hardware(started.servers),
    firstStartMs: Math.round(started.firstStartMs),
    secondStartMs: Math.round(started.secondStartMs),
    ...measured,
  };
  return { ...results, verdicts: judge(results) };
}

async function measureAndStop(started: Started, wanted: readonly Section[], wish: Wish) {
  let measured;
  try {
    measured = await measure(started, wanted, wish);
  } finally {
    await started.stop();
  }
  started.discard(); // after a failure the folder stays for a look
  return measured;
}

async function measure({ bench }: Started, wanted: readonly Section[], { quick, jobs }: Wish) {
  const foreignCoresBefore = await waitForQuiet(quick ? 0 : PATIENCE_MS);
  const loadAverageBefore = Number(loadavg()[0]!.toFixed(2));
  const idleResources = resourcesOf(bench.steward.pid);
  const sections = await measureSections(bench, wanted, jobs);
  return {
    foreignCoresBefore,
    loadAverageBefore,
    idleResources,
    ...sections,
    busyResources: resourcesOf(bench.steward.pid),
  };
}

async function measureSections(
  bench: Bench,
  wanted: readonly Section[],
  jobs: number | undefined,
): Promise<Measured> {
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
    policy: async () => void (measured.policy = await measurePolicy(bench)),
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

function write(results: Results, out: string, report: boolean): void {
  const json = `${JSON.stringify(results, null, 2)}\n`;
  const file = resolve(out);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, json);
  say(
    `\n${results.verdicts.map(({ met, target, measured }) => `${met ? 'met   ' : 'MISSED'}  ${target}: ${measured}`).join('\n')}\n\n${file}`,
  );
  if (!report) return;
  writeFileSync(join(import.meta.dirname, 'results', `${results.startedAt.slice(0, 10)}.json`), json);
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), toMarkdown(results));
}
