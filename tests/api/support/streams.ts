import { EventSourceParserStream } from 'eventsource-parser/stream';
import { WebSocket } from 'ws';
import type { JournalEvent } from '../../../domain/ports/journal.ts';
import type { Database } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { insertRun } from '../../../db/repositories/runs.ts';
import { createSealer } from '../../../db/sealing.ts';

type Frame = Record<string, unknown>;

export interface Listener {
  frames: Frame[];
  /** Code and reason once it is closed. */
  closed: Promise<{ code: number; reason: string }>;
  socket: WebSocket;
  send(message: unknown): void;
}

export function listen(api: { url: string }, path: string, headers: Record<string, string> = {}): Listener {
  const socket = new WebSocket(new URL(path, api.url.replace('http', 'ws')), { headers });
  const frames: Frame[] = [];
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8')) as Frame));
  const closed = new Promise<{ code: number; reason: string }>((resolve, reject) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    socket.on('error', reject);
  });
  closed.catch(() => undefined);
  return {
    frames,
    closed,
    socket,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  };
}

/** Reads server-sent events until the server ends the stream or `enough` says so. */
export async function readEvents(
  api: { url: string },
  path: string,
  enough: (events: { id?: string; event?: string; data: Frame }[]) => boolean,
  headers: Record<string, string> = {},
): Promise<{ id?: string; event?: string; data: Frame }[]> {
  const abort = new AbortController();
  const response = await fetch(new URL(path, api.url), {
    headers: { accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  if (response.status !== 200 || response.body === null)
    throw new Error(`${response.status} ${await response.text()}`);
  const events: { id?: string; event?: string; data: Frame }[] = [];
  const frames = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { id, event, data } of frames) {
    events.push({
      ...(id !== undefined && { id }),
      ...(event !== undefined && { event }),
      data: JSON.parse(data) as Frame,
    });
    if (enough(events)) break;
  }
  abort.abort();
  return events;
}

const sealer = createSealer('a secret of the tests');

/** A process that writes events, as a worker does. */
export function createWriter(db: Database) {
  const notifier = createNotifier(db.pool);
  const journal = createJournal(db.pool, notifier);
  return {
    async run(id: string, tenant = 'default', family = 'probe', subject = 'user-1'): Promise<string> {
      await insertRun(db.pool, sealer, {
        id,
        tenant,
        family,
        kind: 'test',
        subject,
        workflowId: `w-${id}`,
        input: { text: id },
        settings: {},
      });
      return id;
    },
    emit: (runId: string, ...events: JournalEvent[]) => journal.append({ runId, events }),
    steps: (runId: string, from: number, to: number) =>
      journal.append({ runId, events: Array.from({ length: to - from + 1 }, (_x, i) => step(from + i)) }),
    end: (runId: string) =>
      journal.append({
        runId,
        events: [{ key: 'end', type: 'run.completed', data: {}, status: 'completed' }],
      }),
    close: () => notifier.close(),
  };
}

const step = (n: number): JournalEvent => ({ key: `step:${n}`, type: 'step.progress', data: { n } });
