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

type Bounds = Pick<Limits, 'unreadOfStream' | 'unreadOfStreams' | 'underWayOfStream' | 'stalledMs'>;

/** What all streams share. */
interface Room {
  total: number;
  /** Streams that are behind, longest first. */
  waiting: Set<(hasRoom: boolean) => void>;
}

/** All backlogs together have one limit. When it is reached, the client that is behind for longest is given up. */
export function createBacklogs(bounds: Bounds): () => Backlog {
  const room: Room = { total: 0, waiting: new Set() };
  return () => createBacklog(room, bounds);
}

function createBacklog(
  room: Room,
  { unreadOfStream, unreadOfStreams, underWayOfStream, stalledMs }: Bounds,
): Backlog {
  let pending = 0;
  let underWay = 0;
  let isClosed = false;
  let settle: ((hasRoom: boolean) => void) | undefined;
  const hasRoom = (): boolean =>
    underWay <= underWayOfStream / 2 &&
    (room.total < unreadOfStreams ? pending <= unreadOfStream / 2 : pending === 0);
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    room.total -= pending;
    settle?.(false);
  };
  const wait = (resolve: (hasRoom: boolean) => void): void => {
    const limit = setTimeout(() => done(false), stalledMs).unref();
    const done = (isDrained: boolean): void => {
      clearTimeout(limit);
      settle = undefined;
      room.waiting.delete(done);
      if (!isDrained) close(); // its frames no longer count: the stream is being ended
      resolve(isDrained);
    };
    settle = done;
    room.waiting.add(done);
  };

  return {
    sent(bytes) {
      const cost = bytes + FRAME_COST;
      pending += cost;
      room.total += cost;
      underWay += bytes;
      if (room.total > unreadOfStreams) room.waiting.values().next().value?.(false);
      return () => {
        if (isClosed) return;
        pending -= cost;
        room.total -= cost;
        if (hasRoom()) settle?.(true);
      };
    },
    arrived(bytes) {
      underWay -= bytes;
      if (!isClosed && hasRoom()) settle?.(true);
    },
    get isFull() {
      if (pending > 0 && room.total >= unreadOfStreams) return true;
      return pending >= unreadOfStream || underWay >= underWayOfStream;
    },
    drained: () =>
      isClosed || hasRoom() ? Promise.resolve(!isClosed) : new Promise((resolve) => wait(resolve)),
    close,
  };
}
