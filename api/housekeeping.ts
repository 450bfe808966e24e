import { purgeExpired } from '../db/repositories/housekeeping.ts';
import type { ServedApi } from './family.ts';
import { anchorAudit } from './receipts/anchor.ts';
import { sweepStarts } from './runs/sweep.ts';

const SWEEP_MS = 5000;
const PURGE_MS = 60_000;
const ANCHOR_MS = 30_000; // how often it looks whether an anchor is due

/** What an API process does by itself: settle open starts, delete what has expired, anchor the audit trail. */
export function startHousekeeping(deps: ServedApi): { stop(): Promise<void> } {
  const sweepFamilies = (): Promise<unknown> =>
    Promise.all(deps.families.map(async (family) => family.sweep?.(deps)));
  const anchorEvery = deps.settings.auditAnchorEveryMs;
  const tasks = [
    repeat(deps, 'sweeping starts', SWEEP_MS, () => sweepStarts(deps, deps.settings.sweepWaits)),
    repeat(deps, 'sweeping families', SWEEP_MS, sweepFamilies),
    repeat(deps, 'purging', PURGE_MS, () => purgeExpired(deps.db.pool)),
    ...(anchorEvery === 0
      ? []
      : [repeat(deps, 'anchoring the audit', Math.min(anchorEvery, ANCHOR_MS), () => anchorAudit(deps))]),
  ];
  return { stop: async () => void (await Promise.all(tasks.map((stop) => stop()))) };
}

function repeat(
  deps: ServedApi,
  name: string,
  everyMs: number,
  work: () => Promise<unknown>,
): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;
  let timer: NodeJS.Timeout;
  const next = (): void => {
    timer = setTimeout(() => {
      running = work()
        .catch((error: unknown) => deps.log.warn({ err: error }, `${name} failed; it is tried again`))
        .finally(() => !stopped && next());
    }, everyMs).unref();
  };
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
