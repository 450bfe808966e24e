import type { Limits } from '../limits.ts';

/** What was sent to one client and is not read yet. */
export interface Backlog {
  /** Counts a frame. Call the returned function when the frame has left this process. */
  sent(bytes: number): () => void;
  /** The client has confirmed these bytes; until then the system may buffer them. */
  arrived(bytes: number): void;
  /** True while nothing more should be sent. */
  readonly isFull: boolean;
  /** Waits until there is room; false when the client is gone, or has not made room in time. */
  drained(): Promise<boolean>;
  close(): void;
}

const FRAME_COST = 512; // what a frame that waits takes in memory besides its bytes

/** All backlogs together have one limit. When it is reached, the client that is behind for longest is given up. */
export function createBacklogs({
  unreadOfStream,
  unreadOfStreams,
  underWayOfStream,
  stalledMs,
}: Pick<Limits, 'unreadOfStream' | 'unreadOfStreams' | 'underWayOfStream' | 'stalledMs'>): () => Backlog {
  let total = 0;
  const waiting = new Set<(hasRoom: boolean) => void>(); // longest first

  return () => {
    let pending = 0;
    let underWay = 0;
    let isClosed = false;
    let settle: ((hasRoom: boolean) => void) | undefined;
    const hasRoom = (): boolean =>
      underWay <= underWayOfStream / 2 &&
      (total < unreadOfStreams ? pending <= unreadOfStream / 2 : pending === 0);
    const close = (): void => {
      if (isClosed) return;
      isClosed = true;
      total -= pending;
      settle?.(false);
    };
    const wait = (resolve: (hasRoom: boolean) => void): void => {
      const limit = setTimeout(() => done(false), stalledMs).unref();
      const done = (room: boolean): void => {
        clearTimeout(limit);
        settle = undefined;
        waiting.delete(done);
        if (!room) close(); // its frames no longer count: the stream is being ended
        resolve(room);
      };
      settle = done;
      waiting.add(done);
    };

    return {
      sent(bytes) {
        const cost = bytes + FRAME_COST;
        pending += cost;
        total += cost;
        underWay += bytes;
        if (total > unreadOfStreams) waiting.values().next().value?.(false);
        return () => {
          if (isClosed) return;
          pending -= cost;
          total -= cost;
          if (hasRoom()) settle?.(true);
        };
      },
      arrived(bytes) {
        underWay -= bytes;
        if (!isClosed && hasRoom()) settle?.(true);
      },
      get isFull() {
        if (pending > 0 && total >= unreadOfStreams) return true;
        return pending >= unreadOfStream || underWay >= underWayOfStream;
      },
      drained: () =>
        isClosed || hasRoom() ? Promise.resolve(!isClosed) : new Promise((resolve) => wait(resolve)),
      close,
    };
  };
}
