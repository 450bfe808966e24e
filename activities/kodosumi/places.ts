/** A place for an open stream. `wanted` fires when somebody needs it more. */
export interface Place {
  readonly wanted: AbortSignal;
  release(): void;
}

/**
 * A limited number of streams for any number of runs. A run that works waits for a place. A run that waits for a person
 * takes one only while nobody else wants it.
 */
export interface Places {
  take(ask: { isIdle: boolean; waitMs: number; signal: AbortSignal }): Promise<Place | undefined>;
}

interface Holder {
  isIdle: boolean;
  sinceMs: number;
  wanted: AbortController;
}

export function createPlaces(most: number, turnMs: number): Places {
  const holders = new Set<Holder>();
  const queue: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  const grant = (isIdle: boolean): Place => {
    const holder: Holder = { isIdle, sinceMs: Date.now(), wanted: new AbortController() };
    holders.add(holder);
    return {
      wanted: holder.wanted.signal,
      release() {
        if (holders.delete(holder)) queue.shift()?.();
      },
    };
  };
  /** Asks for one place for each who waits: those of idle runs at once, others after their turn, the oldest first. */
  const press = (): void => {
    clearTimeout(timer);
    if (queue.length === 0) return;
    const leaving = [...holders].filter(({ wanted }) => wanted.signal.aborted).length;
    const staying = [...holders].filter(({ wanted }) => !wanted.signal.aborted);
    const now = Date.now();
    const ready = staying.filter(({ isIdle, sinceMs }) => isIdle || now - sinceMs >= turnMs);
    const first = ready.toSorted((a, b) => Number(b.isIdle) - Number(a.isIdle) || a.sinceMs - b.sinceMs);
    for (const { wanted } of first.slice(0, Math.max(0, queue.length - leaving))) wanted.abort();
    timer = setTimeout(press, Math.max(50, turnMs / 4)).unref();
  };
  return {
    async take({ isIdle, waitMs, signal }) {
      if (signal.aborted) return undefined;
      if (holders.size < most && queue.length === 0) return grant(isIdle);
      if (isIdle) return undefined;
      return await new Promise((settle) => {
        const leave = (): void => {
          const at = queue.indexOf(enter);
          if (at >= 0) queue.splice(at, 1);
          end(undefined);
        };
        const late = setTimeout(leave, waitMs);
        const end = (place: Place | undefined): void => {
          clearTimeout(late);
          signal.removeEventListener('abort', leave);
          settle(place);
        };
        const enter = (): void => end(grant(false));
        signal.addEventListener('abort', leave);
        queue.push(enter);
        press();
      });
    },
  };
}
