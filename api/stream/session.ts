import type { Ctx } from '../context.ts';
import type { Backlog } from './backlog.ts';
import type { StreamRoute, StreamSubject } from './define-stream.ts';
import { encodeEvent, isLast, type Encoded } from './frames.ts';
import type { Hub } from './hub.ts';

/** One client's end of a stream, WebSocket or SSE. */
export interface Sink {
  send(encoded: Encoded): void;
  readonly backlog: Backlog;
  /** `done`: after the terminal event. `slow`: the client does not keep up. */
  end(why: 'done' | 'slow'): void;
  readonly open: boolean;
}

/** Sends what follows `after` until the run ends or the client goes; returns the way out. */
export function openSession(
  hub: Hub,
  stream: StreamRoute,
  subject: StreamSubject,
  after: number,
  sink: Sink,
  { log }: Pick<Ctx, 'log'>,
): () => void {
  if (subject.finished && after >= subject.last) {
    sink.end('done');
    return () => undefined;
  }
  const leave = hub[stream.topic].subscribe(subject.key, after, subject.last, {
    take(rows) {
      for (const [taken, row] of rows.entries()) {
        if (!sink.open) return rows.length;
        if (sink.backlog.isFull) return taken;
        const encoded = subject.sees?.(row) === false ? null : encodeEvent(stream, row);
        if (encoded !== null) sink.send(encoded);
        if (isLast(stream, row)) sink.end('done');
      }
      return rows.length;
    },
    async drained() {
      const hasRoom = await sink.backlog.drained();
      if (hasRoom || !sink.open) return sink.open;
      log.info({ key: subject.key }, 'a stream that is not read is ended');
      sink.end('slow');
      return false;
    },
  });
  return () => {
    sink.backlog.close();
    leave();
  };
}
