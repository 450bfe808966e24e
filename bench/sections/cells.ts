import type { Batch } from '../harness/load.ts';
import { mean, round, spreadOf, type Spread } from '../harness/quantiles.ts';
import { watched, type Stretch } from '../harness/quiet.ts';

/** One program at one concurrency, all rounds together. */
export interface Cell {
  runs: number;
  runsPerSecond: number;
  /** Rate of each round, to show how much they differ. */
  rounds: number[];
  latencyMs: Spread;
  /** CPU that one run took, by process. */
  cpuMsPerRun: { [process: string]: number };
  /** Cores that other programs on the machine used meanwhile, at worst. */
  foreignCores: number;
}

/** A program under test: makes `count` runs, `concurrency` at once. */
export interface Contender {
  name: string;
  load(count: number, concurrency: number): Promise<Batch>;
}

interface Measured {
  batch: Batch;
  stretch: Stretch;
}

export async function measure(contender: Contender, count: number, concurrency: number): Promise<Measured> {
  const { result, stretch } = await watched(() => contender.load(count, concurrency));
  return { batch: result, stretch };
}

export function toCell(rounds: readonly Measured[]): Cell {
  const latencies = rounds.flatMap(({ batch }) => batch.latencies);
  const elapsedMs = rounds.reduce((sum, { batch }) => sum + batch.elapsedMs, 0);
  const names = [...new Set(rounds.flatMap(({ stretch }) => Object.keys(stretch.used.cpuMs)))];
  const cpu = names.map((name) => {
    const spent = rounds.reduce((sum, { stretch }) => sum + (stretch.used.cpuMs[name] ?? 0), 0);
    return [name, round(spent / latencies.length, 1)] as const;
  });
  return {
    runs: latencies.length,
    runsPerSecond: round((latencies.length * 1000) / elapsedMs, 1),
    rounds: rounds.map(({ batch }) => round((batch.latencies.length * 1000) / batch.elapsedMs, 1)),
    latencyMs: spreadOf(latencies),
    cpuMsPerRun: Object.fromEntries(cpu.filter(([, spent]) => spent >= 0.3)),
    foreignCores: Math.max(...rounds.map(({ stretch }) => stretch.foreignCores)),
  };
}

/** Ours against theirs within one run of the bench: rate, and median latency. */
export interface Ratio {
  rate: number;
  /** Mean of the rounds' own ratios: each compares neighbours in time. */
  rateByRound: number;
  latencyP50: number;
}

export function ratio(ours: Cell, theirs: Cell): Ratio {
  const byRound = ours.rounds.map((rate, index) => rate / (theirs.rounds[index] ?? Number.NaN));
  return {
    rate: round(ours.runsPerSecond / theirs.runsPerSecond),
    rateByRound: round(mean(byRound)),
    latencyP50: round(ours.latencyMs.p50 / theirs.latencyMs.p50),
  };
}

/** Level -> contender -> cell. */
export type Grid = { [concurrency: number]: { [contender: string]: Cell } };

/** Rounds at each level, contenders taking turns and the turns reversed every other round. */
export async function duel(
  contenders: readonly Contender[],
  levels: readonly { concurrency: number; count: number }[],
  rounds: number,
  say: (line: string) => void,
): Promise<Grid> {
  const grid: Grid = {};
  for (const { concurrency, count } of levels) {
    const measured = new Map<string, Measured[]>();
    for (let turn = 0; turn < rounds; turn++)
      for (const contender of turn % 2 === 0 ? contenders : contenders.toReversed()) {
        const one = await measure(contender, count, concurrency);
        measured.set(contender.name, [...(measured.get(contender.name) ?? []), one]);
      }
    grid[concurrency] = Object.fromEntries(contenders.map(({ name }) => [name, toCell(measured.get(name)!)]));
    for (const { name } of contenders) say(line(name, concurrency, grid[concurrency][name]!));
  }
  return grid;
}

const line = (name: string, concurrency: number, { runsPerSecond, latencyMs, foreignCores }: Cell): string =>
  `  ${name.padEnd(28)} at ${String(concurrency).padStart(3)}: ${runsPerSecond} runs/s, p50 ${latencyMs.p50} ms, p95 ${latencyMs.p95} ms` +
  (foreignCores >= 0.2 ? ` (others used ${foreignCores} cores)` : '');
