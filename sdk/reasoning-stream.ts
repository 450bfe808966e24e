import type { WorkflowEvent } from '../schemas/families/reasoning.ts';
import { ConnectionError, StewardError } from './errors.ts';
import type { Http } from './http.ts';
import { openEvents, type Frame } from './transport/sse.ts';
import { openSocket } from './transport/websocket.ts';
import { backoff, wait } from './wait.ts';

/** How to follow a workflow. */
export interface StreamOptions {
  /** Events after this seq are replayed first; without it the stream begins with what is new. 0 is everything. */
  after?: number;
  signal?: AbortSignal;
  /** Server-sent events by default: they work through proxies and carry the key in a header. */
  transport?: 'sse' | 'websocket';
  /** Told each time the stream is connected, with the seq that events follow. */
  onConnected?: (seq: number) => void;
}

const TERMINAL = new Set(['workflow.completed', 'workflow.failed', 'workflow.cancelled']);
const MOST_FAILURES = 10; // in a row, without one event in between

/**
 * Events of a workflow in order, each once, until its terminal event. Lost connections are taken up again after the
 * last event seen. Throws StewardError when the server refuses, ConnectionError when it stays away.
 */
export async function* followWorkflow(
  http: Http,
  id: string,
  options: StreamOptions = {},
): AsyncGenerator<WorkflowEvent, void> {
  const { signal, transport = 'sse', onConnected } = options;
  const open = transport === 'sse' ? openEvents : openSocket;
  let after = options.after;
  for (let failures = 1; ; failures++) {
    const path = `/workflows/${encodeURIComponent(id)}/stream${after === undefined ? '' : `?after=${after}`}`;
    try {
      for await (const frame of open(http, path, signal)) {
        if (frame.type === 'connected') {
          after = Number(frame['seq']);
          onConnected?.(after);
          continue;
        }
        const event = asEvent(frame);
        if (event === undefined || event.seq <= (after ?? 0)) continue;
        after = event.seq;
        failures = 0;
        yield event;
        if (TERMINAL.has(event.type)) return;
      }
      if (await isOver(http, id, after, signal)) return;
    } catch (error) {
      giveUp(error, signal, failures, id);
    }
    await wait(backoff(Math.max(1, failures)), signal);
  }
}

const asEvent = (frame: Frame): WorkflowEvent | undefined =>
  typeof frame['seq'] === 'number' ? (frame as unknown as WorkflowEvent) : undefined;

/** A stream that begins after the last event of a finished workflow ends without one. */
async function isOver(
  http: Http,
  id: string,
  after: number | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const path = `/workflows/${encodeURIComponent(id)}`;
  const { workflow } = await http.call<{ workflow: { status: string; lastSeq: number } }>(
    { method: 'GET', path },
    signal === undefined ? {} : { signal },
  );
  return TERMINAL.has(`workflow.${workflow.status}`) && workflow.lastSeq <= (after ?? 0);
}

const PASSING = new Set([429, 502, 503, 504]);

function giveUp(error: unknown, signal: AbortSignal | undefined, failures: number, id: string): void {
  signal?.throwIfAborted();
  if (error instanceof StewardError && !PASSING.has(error.status)) throw error;
  if (failures >= MOST_FAILURES)
    throw new ConnectionError(`The stream of ${id} cannot be reached.`, { cause: error });
}
