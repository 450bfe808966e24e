import { CancellationScope, condition, sleep } from '@temporalio/workflow';

export type StopReason = 'cancelled' | 'deadline' | 'failed';

/**
 * A wish to end a run. Nothing new is started or signed after it, what runs is brought to a known outcome:
 * work that may have moved money is never just abandoned.
 */
export interface Stop {
  reason(): StopReason | undefined;
  /** The first reason wins. */
  request(reason: StopReason): void;
  /** Waits, but not longer than until the run must stop. True when the whole time passed. */
  pause(ms: number, summary: string): Promise<boolean>;
  /** Asks to stop after `ms`, until `disarm`. */
  deadline(ms: number, summary: string): { disarm(): void };
  /** The clock of an armed deadline stands still while `work` waits for a person. */
  standStill<T>(work: () => Promise<T>): Promise<T>;
  /** When the armed deadline is reached (ms since epoch); Infinity without one. */
  endsAtMs(): number;
}

export function createStop(): Stop {
  let wanted: StopReason | undefined;
  const request = (reason: StopReason): void => {
    wanted ??= reason;
  };
  // `temporal workflow cancel` and the Web UI's button mean the same as our cancel signal.
  CancellationScope.current().cancelRequested.catch(() => request('cancelled'));
  let armed: Alarm | undefined;
  const arm = (leftMs: number, summary: string): void => {
    armed = { endsAtMs: Date.now() + leftMs, summary, scope: new CancellationScope({ cancellable: true }) };
    const timer = armed.scope.run(async () => {
      await sleep(leftMs, { summary });
      request('deadline');
    });
    timer.catch(() => undefined); // disarmed
  };
  const disarm = (): void => {
    armed?.scope.cancel();
    armed = undefined;
  };
  return {
    reason: () => wanted,
    request,
    pause: async (ms, summary) => !(await condition(() => wanted !== undefined, ms, { summary })),
    deadline(ms, summary) {
      arm(ms, summary);
      return { disarm };
    },
    async standStill(work) {
      const stopped = armed;
      const leftMs = stopped === undefined ? 0 : Math.max(1, stopped.endsAtMs - Date.now());
      disarm();
      const result = await work();
      if (stopped !== undefined) arm(leftMs, stopped.summary);
      return result;
    },
    endsAtMs: () => armed?.endsAtMs ?? Infinity,
  };
}

interface Alarm {
  endsAtMs: number;
  summary: string;
  scope: CancellationScope;
}
