import { setTimeout as delay } from 'node:timers/promises';

/** The part of a Temporal worker that is needed here. */
export interface RunningWorker {
  run(): Promise<void>;
  shutdown(): void;
  getState(): string;
}

export interface SuperviseOptions {
  /** The worker that was made before the process said that it is ready. */
  first: RunningWorker;
  another(): Promise<RunningWorker>;
  /** Called each time a worker ends unasked or cannot be made, with the time until the next try. */
  onLoss(error: unknown, nextInMs: number): void;
  firstDelayMs?: number;
  longestDelayMs?: number;
}

export interface Supervised {
  /** Resolves when the last worker has drained after `stop`. */
  readonly finished: Promise<void>;
  stop(): void;
}

const SETTLED_MS = 60_000; // after a worker that ran this long, delays begin anew

/**
 * Replaces a worker that ends unasked, for as long as it takes. Temporal's library waits for a server that does not answer,
 * but ends a worker that is refused, such as while a token is changed or a namespace is not back yet.
 */
export function supervise(options: SuperviseOptions): Supervised {
  const { first, another, onLoss, firstDelayMs = 500, longestDelayMs = 15_000 } = options;
  const stopping = new AbortController();
  let current: RunningWorker | undefined;

  /** A worker that is made during a stop is run and drained: nothing else makes it let go of its connection. */
  async function runOne(worker: RunningWorker): Promise<void> {
    current = worker;
    const running = worker.run();
    if (stopping.signal.aborted) worker.shutdown();
    await running;
    if (!stopping.signal.aborted) throw new Error('The worker ended unasked.');
  }

  async function keepRunning(): Promise<void> {
    let next = (): Promise<RunningWorker> => Promise.resolve(first);
    for (let losses = 0; ; losses++) {
      const began = Date.now();
      try {
        return await runOne(await next());
      } catch (error) {
        if (stopping.signal.aborted) throw error;
        if (Date.now() - began > SETTLED_MS) losses = 0;
        const pause = Math.min(firstDelayMs * 2 ** losses, longestDelayMs);
        onLoss(error, pause);
        await delay(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        next = another;
      }
    }
  }

  return {
    finished: keepRunning(),
    stop() {
      stopping.abort();
      if (current?.getState() === 'RUNNING') current.shutdown();
    },
  };
}
