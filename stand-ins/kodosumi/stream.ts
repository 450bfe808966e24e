import { once } from 'node:events';
import type { Response } from 'express';
import { breaks, type Faults } from './faults.ts';
import { isFinal, lastStatus } from './run-status.ts';
import { nowSeconds, type Run, type RunEvent } from './run.ts';

export interface StreamTimes {
  /** After this long without an event, the stream says `alive`. */
  aliveMs: number;
  /** A stream ends this long after its run's last event. */
  eofAfterMs: number;
}

export interface StreamKind {
  /** Undefined: all. */
  kinds: ReadonlySet<string> | undefined;
  /** Without `raw`, Kodosumi makes HTML of the messages. */
  raw: boolean;
}

const MAIN = ['meta', 'inputs', 'agent', 'status', 'error', 'action', 'result', 'final', 'lock', 'lease'];
const STDIO = ['error', 'stdout', 'stderr', 'debug', 'upload'];
export const STREAMS = {
  main: new Set(MAIN),
  stdio: new Set(STDIO),
  stream: undefined,
} as const;

/** All events from the first one, then new ones as they come, `alive` in between, `eof` a while after the end. */
export async function streamRun(
  run: Run,
  response: Response,
  kind: StreamKind,
  times: StreamTimes,
  faults: Faults,
): Promise<void> {
  const closed = new AbortController();
  response.on('close', () => closed.abort());
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  if (breaks(faults, response)) return;
  faults.streams.add(response);
  buryTheDead(run);
  let sent = 0;
  while (!closed.signal.aborted) {
    if (!faults.silent) sent = sendFrom(run, sent, response, kind);
    const heard = await nextEvent(run, waitFor(run, times), closed.signal);
    if (heard || faults.silent || closed.signal.aborted || sent < run.events.length) continue;
    if (isOver(run, times)) break;
    buryTheDead(run);
    response.write(frame(0, 'alive', `${nowSeconds()}:actor and service alive`));
  }
  faults.streams.delete(response);
  if (!closed.signal.aborted) response.end(frame(0, 'eof', 'end of stream'));
}

function sendFrom(run: Run, from: number, response: Response, { kinds, raw }: StreamKind): number {
  const wanted = run.events.slice(from).filter((event) => kinds === undefined || kinds.has(event.kind));
  for (const event of wanted) response.write(eventFrame(event, raw));
  return run.events.length;
}

const eventFrame = ({ id, at, kind, message }: RunEvent, raw: boolean): string =>
  frame(id, kind, `${at}:${raw ? message : `<pre>${message.replaceAll('<', '&lt;')}</pre>`}`);

/** Lines end with CRLF, as Litestar writes them. */
function frame(id: number, event: string, data: string): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`);
  return [`id: ${id}`, `event: ${event}`, ...lines, '', ''].join('\r\n');
}

/** Kodosumi looks for the actor of a run only while somebody watches the run. */
function buryTheDead(run: Run): void {
  if (!run.dead || isFinal(lastStatus(run))) return;
  run.add('error', 'actor not found');
  run.add('status', 'error');
}

const lastAtMs = (run: Run): number => (run.events.at(-1)?.at ?? 0) * 1000;
const isOver = (run: Run, { eofAfterMs }: StreamTimes): boolean =>
  isFinal(lastStatus(run)) && Date.now() >= lastAtMs(run) + eofAfterMs;

function waitFor(run: Run, { aliveMs, eofAfterMs }: StreamTimes): number {
  if (!isFinal(lastStatus(run))) return aliveMs;
  return Math.max(1, Math.min(aliveMs, lastAtMs(run) + eofAfterMs - Date.now() + 1));
}

/** True when there was an event; false when there was none for this long, or nobody listens any more. */
async function nextEvent(run: Run, ms: number, closed: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([AbortSignal.timeout(ms), closed]);
  return await once(run.changes, 'event', { signal }).then(
    () => true,
    () => false,
  );
}
