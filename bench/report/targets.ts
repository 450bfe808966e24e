import { PEER, STEWARD } from '../sections/contenders.ts';
import { LEDGER } from '../sections/ledger.ts';
import { round } from '../harness/quantiles.ts';
import type { Results } from './results.ts';
import type { Verdict } from './verdict.ts';

type Measured = Omit<Results, 'verdicts'>;
type Judge = (results: Measured) => Verdict | undefined;

const MOST_MIB = 2048;
const MANY_JOBS = '10,000';
const MOST_REQUESTS = 60;
const BUSY = 100; // the concurrency at which rates are compared

/** Every target that the run has a number for. */
export const judge = (results: Measured): Verdict[] => JUDGES.flatMap((one) => one(results) ?? []);

const below = (
  whose: Verdict['whose'],
  target: string,
  value: number | undefined,
  limit: number,
  unit = 'ms',
): Verdict | undefined =>
  value === undefined
    ? undefined
    : { whose, target, measured: `${round(value)} ${unit}`.trim(), met: value < limit };

const JUDGES: readonly Judge[] = [
  ({ runs }) => {
    const ratio = runs?.stewardToPeer[BUSY];
    if (ratio === undefined) return undefined;
    const [ours, theirs] = [runs!.grid[BUSY]![STEWARD]!, runs!.grid[BUSY]![PEER]!];
    const measured = `${ratio.rate} (${ours.runsPerSecond} against ${theirs.runsPerSecond} runs/s)`;
    return {
      whose: 'ours',
      target: `free plan, rate at concurrency ${BUSY} at least 0.8 of the peer's`,
      measured,
      met: ratio.rate >= 0.8,
    };
  },
  ({ runs }) => {
    const ratio = runs?.stewardToPeer[1];
    if (ratio === undefined) return undefined;
    const [ours, theirs] = [runs!.grid[1]![STEWARD]!.latencyMs, runs!.grid[1]![PEER]!.latencyMs];
    const measured = `${ratio.latencyP50} (${ours.p50} against ${theirs.p50} ms)`;
    return {
      whose: 'ours',
      target: "free plan, latency p50 at concurrency 1 at most 1.5 of the peer's",
      measured,
      met: ratio.latencyP50 <= 1.5,
    };
  },
  ({ ledger }) => {
    if (ledger === undefined) return undefined;
    const ratios = Object.values(ledger.shapes['many accounts'].ratios).map(({ rate }) => rate);
    return {
      whose: 'ours',
      target: 'two-phase transfers on many accounts at least 0.5 of a transaction by hand',
      measured: `${ratios.join(', ')} with ${Object.keys(ledger.shapes['many accounts'].ratios).join(', ')} writers`,
      met: Math.min(...ratios) >= 0.5,
    };
  },
  ({ ledger }) => {
    if (ledger === undefined) return undefined;
    const rateAt = (writers: number): number =>
      ledger.shapes['one hot payee'].grid[writers]![LEDGER]!.runsPerSecond;
    return {
      whose: 'ours',
      target: 'no collapse on one hot payee: 32 writers at least as fast as 1',
      measured: `${rateAt(32)} against ${rateAt(1)} /s`,
      met: rateAt(32) >= rateAt(1),
    };
  },
  ({ planning }) => below('ours', 'cached plan ready within 100 ms (p95)', planning?.cachedMs.p95, 100),
  ({ policy }) =>
    policy && {
      whose: 'ours',
      target: '100,000 decisions replayed within 5 s',
      measured: `${policy.replay.decisions} in ${policy.replay.seconds} s`,
      met: policy.replay.seconds < 5,
    },
  ({ delivery }) =>
    below(
      'ours',
      'commit to WebSocket, p99 below 100 ms at half the maximum rate',
      delivery?.delayMs.p99,
      100,
    ),
  ({ sockets }) =>
    below(
      'ours',
      `the same with ${sockets?.idle ?? 0} idle sockets beside it`,
      sockets?.delivery.delayMs.p99,
      100,
    ),
  ({ busyResources: { totalPssMiB, totalRssMiB } }) =>
    below(
      'ours',
      `whole embedded stack below 2 GiB (${totalPssMiB === null ? 'RSS' : 'PSS'}, after the load)`,
      totalPssMiB ?? totalRssMiB,
      MOST_MIB,
      'MiB',
    ),
  ({ secondStartMs }) => below('ours', 'second start within 10 s', secondStartMs / 1000, 10, 's'),
  ({ jobs }) =>
    jobs && {
      whose: 'ours',
      target: `${MANY_JOBS} waiting jobs: at most ${MOST_REQUESTS} requests a minute to the payment service`,
      measured: `${jobs.requestsPerMinute} with ${jobs.waiting} jobs${jobs.cutOff ? ` (of ${jobs.wanted}, cut off)` : ''}; ${jobs.pollingEachPerMinute} if each were asked about every 10 s`,
      met: jobs.requestsPerMinute <= MOST_REQUESTS,
    },
  ({ jobs }) =>
    below(
      'ours',
      'funds locked to running within 15 s (max)',
      jobs && jobs.fundsToRunningMs.max / 1000,
      15,
      's',
    ),
  ({ planning }) =>
    below('original', 'planning within 3 s (p95; here by the offline rules)', planning?.uncachedMs.p95, 3000),
  ({ planning }) =>
    below('original', 'planning out of the cache within 100 ms (p95)', planning?.cachedMs.p95, 100),
  ({ runs }) => {
    if (runs === undefined) return undefined;
    const best = Math.max(...Object.values(runs.grid).map((cells) => cells[STEWARD]!.runsPerSecond));
    return {
      whose: 'original',
      target: '100 and more workflows a second',
      measured: `${best} runs/s`,
      met: best >= 100,
    };
  },
  ({ sockets, quick }) =>
    sockets === undefined || quick
      ? undefined
      : {
          whose: 'original',
          target: '10,000 and more sockets',
          measured: `${sockets.idle} open, ${sockets.lost} lost, the process grew by ${sockets.kilobytesPerSocket} KB each`,
          met: sockets.idle >= 10_000 && sockets.lost === 0,
        },
  ({ reads }) =>
    below(
      'original',
      'reads within 1 ms p99 (theirs from Redis; ours GET /workflows/:id)',
      reads?.getWorkflowMs.p99,
      1,
    ),
  ({ reads }) =>
    below(
      'original',
      'queries within 10 ms p95 (ours GET /users/:userId/workflows)',
      reads?.listWorkflowsMs.p95,
      10,
    ),
];
