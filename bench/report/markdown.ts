import type { Cell, Grid } from '../sections/cells.ts';
import { NOISY_CORES } from '../harness/quiet.ts';
import type { Spread } from '../harness/quantiles.ts';
import type { PolicyResult } from '../sections/policy.ts';
import type { ResourceReport } from '../sections/resources.ts';
import type { LedgerResult } from '../sections/ledger.ts';
import type { WaitingJobsResult } from '../sections/waiting-jobs.ts';
import type { Results } from './results.ts';

/** The table that people read, made from a run's results. */
export function toMarkdown(results: Results): string {
  const parts = [
    header(results),
    verdicts(results),
    results.runs && section('Free plan against the peer', grid(results.runs.grid)),
    results.paid &&
      section(
        'Paid plan',
        `Five x402 payments on the local Solana chain, ${results.paid.costPerRun} USDC a run.\n\n${grid(results.paid.grid)}`,
      ),
    results.ledger && section('Ledger against a transaction by hand', ledger(results.ledger)),
    results.policy && section('The policy of agents', policy(results.policy)),
    results.jobs && section('Jobs that wait for payment', waitingJobs(results.jobs)),
    results.profile && section('Where the work of one free run goes', profile(results)),
    section('Latencies', latencies(results)),
    section(
      'Memory and CPU of the whole embedded stack, after the load',
      `${idleLine(results)}\n\n${resources(results.busyResources)}`,
    ),
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}

const section = (title: string, body: string): string => `## ${title}\n\n${body}`;

function header({
  startedAt,
  quick,
  elapsedSeconds,
  hardware,
  loadAverageBefore,
  foreignCoresBefore,
  ...results
}: Results): string {
  const noise = foreignCoresBefore >= NOISY_CORES ? 'The machine was **not quiet**' : 'The machine was quiet';
  return [
    '# Benchmarks',
    'Made by `npm run bench` (`node bench/main.ts`); `bench/results/` has the JSON of each committed run. Everything runs on loopback of one',
    'machine, load generators included, so times are to be read against the peer of the same run.',
    '',
    `- ${startedAt}, ${quick ? 'quick' : 'full'} run, ${Math.round(elapsedSeconds / 60)} min, commit ${hardware.commit}`,
    `- ${hardware.cpu}, ${hardware.cores} cores, ${hardware.memoryGiB} GiB, ${hardware.os}`,
    `- Node ${hardware.node}, Temporal server ${hardware.temporalServer} (SDK ${hardware.temporalSdk}), PostgreSQL ${hardware.postgres}`,
    `- ${noise} before (others used ${foreignCoresBefore} cores, load average ${loadAverageBefore}). First start ${seconds(results.firstStartMs)}, second ${seconds(results.secondStartMs)}.`,
    '- Peer: a bare Temporal worker and its client, one process, one connection, the same server and flags: start, one update, five',
    '  activities (three in parallel) of one loopback HTTP call each. Ours: the same five calls as a plan that the offline planner made and',
    '  the cache served, started and approved with the API’s own functions, with journal, projection and events in PostgreSQL.',
  ].join('\n');
}

function verdicts({ verdicts: list }: Results): string {
  const rows = list.map(({ whose, target, measured, met }) => [
    whose === 'ours' ? 'target' : 'original’s claim',
    target,
    measured,
    met ? 'met' : '**missed**',
  ]);
  return section('Targets', table(['', 'What', 'Measured', ''], rows));
}

function ledger({ shapes }: LedgerResult): string {
  const rows = Object.entries(shapes).flatMap(([shape, { grid: cells, ratios }]) =>
    Object.entries(cells).flatMap(([writers, byName]) =>
      Object.entries(byName).map(([name, cell]) => [
        shape,
        writers,
        name,
        ...numbers(cell),
        String(ratios[Number(writers)]!.rate),
      ]),
    ),
  );
  const text = [
    'Transfers a second on the stack’s PostgreSQL (fsync on). Ours is held, then posted: two transactions, double entry, checked',
    'to sum to zero, guarded against overdraft, once per id. By hand: one transaction of two updates and one insert, in five',
    'round trips. The ratio is ours to theirs.',
  ].join('\n');
  const head = ['accounts', 'writers', 'what', '/s', 'rounds', 'p50 ms', 'p95 ms', 'CPU ms each', 'ratio'];
  return `${text}\n\n${table(head, rows)}`;
}

function waitingJobs(found: WaitingJobsResult): string {
  const text = [
    `${found.waiting} jobs of ${found.wanted}${found.cutOff ? ', cut off by the time for starting them' : ''}, started with start_job over HTTP, 20 at once; then nothing happens but`,
    'the watch, as if all had waited for an hour; then some are paid, one after the other.',
  ].join('\n');
  const spread = ({ p50, p95, max }: Spread): string => `p50 ${p50}, p95 ${p95}, max ${max} ms`;
  const calls = Object.entries(found.requestsPerMinuteByCall).map(([call, count]) => `${call} ${count}`);
  const rows = [
    ['start_job', `${found.startsPerSecond} /s, ${spread(found.startMs)}`],
    [
      'CPU ms of a start',
      Object.entries(found.cpuMsPerStart)
        .map(([name, ms]) => `${name} ${ms}`)
        .join(', '),
    ],
    ['requests a minute to the payment service', `${found.requestsPerMinute} (${calls.join(', ')})`],
    ['the same with each job asked about every 10 s', String(found.pollingEachPerMinute)],
    ['one look for all', spread(found.lookMs)],
    [
      'history of a waiting job',
      `${found.historyEvents} events, ${found.historyBytes} bytes, ${found.timers} timer`,
    ],
    ['process of API and workers', `${found.rssMiB} MiB, ${found.kilobytesPerJob} KB a job`],
    ['CPU of everything while all wait', `${found.coresWhileWaiting} cores`],
    ['funds locked to running', spread(found.fundsToRunningMs)],
  ];
  return `${text}\n\n${table(['', 'measured'], rows)}`;
}

function grid(cells: Grid): string {
  const rows = Object.entries(cells).flatMap(([concurrency, byName]) =>
    Object.entries(byName).map(([name, cell]) => [concurrency, name, ...numbers(cell)]),
  );
  return table(['at once', 'program', 'runs/s', 'rounds', 'p50 ms', 'p95 ms', 'CPU ms a run'], rows);
}

function numbers({ runsPerSecond, rounds, latencyMs, cpuMsPerRun, foreignCores }: Cell): string[] {
  const cpu = Object.entries(cpuMsPerRun)
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, ms]) => `${name} ${ms}`);
  const noise = foreignCores >= NOISY_CORES ? ` (others: ${foreignCores} cores)` : '';
  return [
    `${runsPerSecond}${noise}`,
    rounds.join(', '),
    String(latencyMs.p50),
    String(latencyMs.p95),
    cpu.join(', '),
  ];
}

function profile({ profile: found }: Results): string {
  const { steward, peer, statementsPerRun, ...totals } = found!;
  const names = Object.keys(steward) as (keyof typeof steward)[];
  const history = table(
    ['history of one run', 'steward', 'peer'],
    names.map((name) => [name, String(steward[name]), String(peer[name])]),
  );
  const statements = table(
    ['statement', 'a run'],
    Object.entries(statementsPerRun).map(([name, count]) => [`\`${name}\``, String(count)]),
  );
  const all = `${totals.statementsPerRunTotal} statements, ${totals.databaseCommitsPerRun} commits, ${Math.round(totals.walBytesPerRun / 1024)} KiB of WAL and ${totals.eventsPerRun} events a run at concurrency 20.`;
  return `${history}\n\n${all}\n\n${statements}`;
}

function latencies({ delivery, sockets, reads, planning }: Results): string {
  const rows: [string, Spread | undefined][] = [
    [`commit to WebSocket at ${delivery?.runsPerSecond} runs/s`, delivery?.delayMs],
    [`commit to WebSocket beside ${sockets?.idle} idle sockets`, sockets?.delivery.delayMs],
    ['GET /workflows/:id', reads?.getWorkflowMs],
    ['primary-key select, one connection', reads?.primaryKeySelectMs],
    ['GET /users/:userId/workflows?limit=20', reads?.listWorkflowsMs],
    ['POST create to plan_ready, cached', planning?.cachedMs],
    ['POST create to plan_ready, offline planner', planning?.uncachedMs],
  ];
  const shown = rows.flatMap(([name, spread]) =>
    spread === undefined
      ? []
      : [[name, ...[spread.count, spread.p50, spread.p95, spread.p99, spread.max].map(String)]],
  );
  return table(['', 'count', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'], shown);
}

const policy = ({ decisionsPerSecond, replay }: PolicyResult): string =>
  `On one core ${decisionsPerSecond} decisions a second. A replay of ${replay.decisions} recorded decisions under a draft takes ${replay.seconds} s; the draft changes ${replay.changed} of them.`;

function resources({ processes, totalRssMiB, totalPssMiB }: ResourceReport): string {
  const rows = processes.map(({ name, cpuSeconds, rssMiB, pssMiB }) => [
    name,
    String(rssMiB),
    String(pssMiB ?? '-'),
    String(cpuSeconds),
  ]);
  return table(
    ['process', 'RSS MiB', 'PSS MiB', 'CPU s'],
    [...rows, ['all', String(totalRssMiB), String(totalPssMiB ?? '-'), '']],
  );
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function idleLine({ idleResources: { totalPssMiB, totalRssMiB } }: Results): string {
  return `Before it, just started: ${totalPssMiB ?? '-'} MiB PSS, ${totalRssMiB} MiB RSS. The load of a full run includes 10,000 sockets.`;
}
