import { once } from 'node:events';
import WebSocket from 'ws';

interface FeedFrame {
  type: string;
  run_id?: string;
  data?: { cached?: boolean; error?: { message?: string } };
  at?: string;
}

/** An event of the feed as it arrived here; times are ms since the epoch. */
export interface Arrival {
  at: number;
  receivedAt: number;
  data: FeedFrame['data'];
}

/** The tenant's feed over one WebSocket: what happens to which run, as it happens. */
export interface Feed {
  /** Resolves at the run's first event of this type; rejects when the run ends before. */
  next(runId: string, type: string): Promise<Arrival>;
  close(): void;
}

const ENDINGS = new Set(['run.completed', 'run.failed', 'run.cancelled']);
const now = (): number => performance.timeOrigin + performance.now();

interface RunState {
  seen: Map<string, Arrival>;
  waiting: { type: string; resolve(arrival: Arrival): void; reject(error: Error): void }[];
}

export async function withFeed<T>(baseUrl: string, work: (feed: Feed) => Promise<T>): Promise<T> {
  const feed = await openFeed(baseUrl);
  try {
    return await work(feed);
  } finally {
    feed.close();
  }
}

async function openFeed(baseUrl: string): Promise<Feed> {
  const socket = new WebSocket(`${baseUrl.replace('http', 'ws')}/events`, { perMessageDeflate: false });
  const runs = new Map<string, RunState>();
  const stateOf = (runId: string): RunState => {
    const state = runs.get(runId) ?? { seen: new Map<string, Arrival>(), waiting: [] };
    runs.set(runId, state);
    return state;
  };
  socket.on('message', (raw: Buffer) => {
    const receivedAt = now();
    const { type, run_id: runId, at, data } = JSON.parse(raw.toString('utf8')) as FeedFrame;
    if (runId === undefined || at === undefined) return;
    const state = stateOf(runId);
    const arrival = { at: Date.parse(at), receivedAt, data };
    if (!state.seen.has(type)) state.seen.set(type, arrival);
    tell(state, runId, type, arrival);
  });
  await once(socket, 'message'); // the first frame says that we are connected
  return {
    next(runId, type) {
      const state = stateOf(runId);
      const seen = state.seen.get(type);
      if (seen !== undefined) return Promise.resolve(seen);
      return new Promise((resolve, reject) => state.waiting.push({ type, resolve, reject }));
    },
    close: () => socket.terminate(),
  };
}

function tell(state: RunState, runId: string, type: string, arrival: Arrival): void {
  state.waiting = state.waiting.filter((waiter) => {
    if (waiter.type === type) waiter.resolve(arrival);
    else if (ENDINGS.has(type))
      waiter.reject(new Error(`${runId} ended as ${type}: ${JSON.stringify(arrival.data)}`));
    else return true;
    return false;
  });
}
