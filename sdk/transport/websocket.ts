import { ConnectionError, StewardError } from '../errors.ts';
import { parsed, type Http } from '../http.ts';
import type { Frame } from './sse.ts';

const REFUSALS = 4000; // close codes from here on are 4000 + the HTTP status

/** Frames of one connection over WebSocket. A key is exchanged for a ticket first: sockets carry no headers. */
export async function* openSocket(http: Http, path: string, signal?: AbortSignal): AsyncGenerator<Frame> {
  signal?.throwIfAborted();
  const socket = new WebSocket(await addressOf(http, path));
  const waiting: Frame[] = [];
  let closed: { code: number } | undefined;
  let wake = (): void => undefined;
  socket.addEventListener('message', ({ data }) => {
    waiting.push(parsed(http.options, String(data)) as Frame);
    wake();
  });
  socket.addEventListener('close', ({ code }) => {
    closed = { code };
    wake();
  });
  const abort = (): void => socket.close();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      for (const frame of waiting.splice(0)) yield checked(frame);
      if (waiting.length > 0) continue;
      signal?.throwIfAborted();
      if (closed !== undefined) return ended(closed.code);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    socket.close();
  }
}

async function addressOf(http: Http, path: string): Promise<string> {
  const url = http.url(path).replace(/^http/, 'ws');
  if (http.options.apiKey === undefined) return url;
  const { ticket } = await http.call<{ ticket: string }>({ method: 'POST', path: '/stream-tickets' });
  return `${url}${url.includes('?') ? '&' : '?'}ticket=${ticket}`;
}

/** A refusal comes as a frame, before its close code. */
function checked(frame: Frame): Frame {
  if (frame['success'] === false && typeof frame['status'] === 'number')
    throw new StewardError(frame['status'], frame);
  return frame;
}

function ended(code: number): void {
  if (code === 1000) return;
  if (code >= REFUSALS) throw new StewardError(code - REFUSALS, {});
  throw new ConnectionError(`The stream was closed with ${code}.`);
}
