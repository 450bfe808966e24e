import { setTimeout as delay } from 'node:timers/promises';
import { machineBusyMs, usageOf, usedBetween, type Usage } from './process-tree.ts';
import { round } from './quantiles.ts';

const LOOK_MS = 2000;
/** A number is marked when other programs used more cores than this. */
export const NOISY_CORES = 0.2;

/** A measured stretch: how long, what our processes used, and how many cores everyone else on the machine used. */
export interface Stretch {
  elapsedMs: number;
  used: Usage;
  foreignCores: number;
}

/** Runs `work` and measures its time, its own CPU and the CPU of everybody else. */
export async function watched<T>(work: () => Promise<T>): Promise<{ result: T; stretch: Stretch }> {
  const before = { at: performance.now(), busy: machineBusyMs(), own: usageOf(process.pid) };
  const result = await work();
  const elapsedMs = performance.now() - before.at;
  const used = usedBetween(before.own, usageOf(process.pid));
  const foreign = machineBusyMs() - before.busy - used.totalCpuMs;
  return { result, stretch: { elapsedMs, used, foreignCores: round(Math.max(0, foreign) / elapsedMs) } };
}

/** Waits, at most `patienceMs`, until other programs leave the machine alone. Answers how many cores they used last. */
export async function waitForQuiet(patienceMs: number): Promise<number> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const { stretch } = await watched(() => delay(LOOK_MS));
    if (stretch.foreignCores < NOISY_CORES || Date.now() > until) return stretch.foreignCores;
  }
}
