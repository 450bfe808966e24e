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
  /** Waits, unless the run is to stop; true when the whole time passed. */
  pause(ms: number, summary: string): Promise<boolean>;
  /** Asks to stop after `ms`, until `disarm`. */
  deadline(ms: number, summary: string): { disarm(): void };
  /** When the armed deadline is reached (ms since epoch); Infinity without one. */
  endsAtMs(): number;
}

export function createStop(): Stop {
  let wanted: StopReason | undefined;
  let endsAtMs = Infinity;
  const request = (reason: StopReason): void => {
    wanted ??= reason;
  };
  // `temporal workflow cancel` and the Web UI's button mean the same as our cancel signal.
  CancellationScope.current().cancelRequested.catch(() => request('cancelled'));
  return {
    reason: () => wanted,
    request,
    pause: async (ms, summary) => !(await condition(() => wanted !== undefined, ms, { summary })),
    deadline(ms, summary) {
      endsAtMs = Date.now() + ms;
      const scope = new CancellationScope({ cancellable: true });
      const timer = scope.run(async () => {
        await sleep(ms, { summary });
        request('deadline');
      });
      timer.catch(() => undefined); // disarmed
      return {
        disarm() {
          endsAtMs = Infinity;
          scope.cancel();
        },
      };
    },
    endsAtMs: () => endsAtMs,
  };
}
