import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamRoute, StreamSubject } from './define-stream.ts';
import { encodeEvent, isLast, type Encoded } from './frames.ts';
import type { Hub } from './hub.ts';

/** One client's end of a stream, WebSocket or SSE. */
export interface Sink {
  send(encoded: Encoded): void;
  /** Bytes that the client has not taken yet. */
  buffered(): number;
  /** `done`: after the terminal event. `slow`: the client does not keep up. */
  end(why: 'done' | 'slow'): void;
  readonly open: boolean;
}

const REPLAY_BUFFER = 256 * 1024; // a replay waits for the client above this
const LARGEST_BUFFER = 4 * 1024 * 1024; // live events to a client this far behind end its stream
const DRAIN_POLL_MS = 20;
const DRAIN_LIMIT_MS = 30_000;

/** Sends what follows `after` until the run ends or the client goes; returns the way out. */
export function openSession(
  hub: Hub,
  stream: StreamRoute,
  subject: StreamSubject,
  after: number,
  sink: Sink,
): () => void {
  if (subject.finished && after >= subject.last) {
    sink.end('done');
    return () => undefined;
  }
  return hub[stream.topic].subscribe(subject.key, after, subject.last, {
    take(rows) {
      for (const row of rows) {
        if (!sink.open) return;
        const encoded = subject.sees?.(row) === false ? null : encodeEvent(stream, row);
        if (encoded !== null) sink.send(encoded);
        if (isLast(stream, row)) sink.end('done');
      }
      if (sink.open && sink.buffered() > LARGEST_BUFFER) sink.end('slow');
    },
    async drained() {
      const deadline = Date.now() + DRAIN_LIMIT_MS;
      while (sink.open && sink.buffered() > REPLAY_BUFFER) {
        if (Date.now() > deadline) sink.end('slow');
        else await sleep(DRAIN_POLL_MS, undefined, { ref: false });
      }
      return sink.open;
    },
  });
}
