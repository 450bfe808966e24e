import { retryDelay } from '../../domain/retry.ts';
import type { RunStart, Run } from './run.ts';

/** The delay between two tries grows from one second to fifteen. */
const PACE = { maxAttempts: Infinity, initialDelayMs: 1000, backoffMultiplier: 2, maxDelayMs: 15_000 };

/** What a run waits for, as people see it. Times are RFC 3339. */
export type Wait = {
  for: 'catalogue' | 'model' | 'seller';
  since: string;
  until: string;
  attempt: number;
  detail: string;
};

/** How a run waits, for a limited time, while something outside is away. */
export interface Patience {
  /** Waits for the next try. False when the time is over or the run must stop. */
  again(why: Pick<Wait, 'for' | 'detail'> & { retryAfterMs?: number | undefined }): Promise<boolean>;
  leftMs(): number;
  /** Its clock stands still while `work` waits for a person. */
  standStill<T>(work: () => Promise<T>): Promise<T>;
  /** Whether it has waited at all. */
  waited(): boolean;
}

/** `announce` emits an event about the wait. The first event is written at once; later ones are written with the next try. */
export function createPatience(
  { stop, journal }: Pick<Run<RunStart>, 'stop' | 'journal'>,
  ms: number,
  announce: (wait: Wait) => void,
): Patience {
  let untilMs = Date.now() + ms;
  const leftMs = (): number => untilMs - Date.now();
  const until = (): string => new Date(Math.min(untilMs, stop.endsAtMs())).toISOString();
  let since: string | undefined;
  let attempt = 0;
  return {
    leftMs,
    waited: () => attempt > 0,
    async standStill(work) {
      const startedAtMs = Date.now();
      const result = await work();
      untilMs += Date.now() - startedAtMs;
      return result;
    },
    async again({ for: what, detail, retryAfterMs }) {
      if (leftMs() <= 0 || stop.reason() !== undefined) return false;
      const isFirst = since === undefined;
      since ??= new Date(Date.now()).toISOString();
      attempt += 1;
      announce({ for: what, since, until: until(), attempt, detail });
      if (isFirst) await journal.flush();
      const delay = retryDelay(PACE, attempt, Math.random(), retryAfterMs);
      return stop.pause(Math.max(1, Math.min(delay, leftMs())), `the ${what} is away: try ${attempt + 1}`);
    },
  };
}
