import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';

/** A connection that speaks HTTP by hand. */
export interface Raw {
  socket: Socket;
  send(text: string): void;
  /** Everything that has arrived. */
  text(): string;
  /** Resolves with everything that arrived once the server has closed. */
  closed: Promise<string>;
}

/** `paused`: the client does not read. */
export async function openRaw(
  api: { url: string },
  { paused = false, localAddress = '127.0.0.1' } = {},
): Promise<Raw> {
  const { port, hostname } = new URL(api.url);
  const socket = connect({ port: Number(port), host: hostname, localAddress });
  if (paused) socket.pause();
  let got = '';
  if (!paused) socket.on('data', (data) => (got += data.toString('latin1')));
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(got)));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, send: (text) => void socket.write(text), text: () => got, closed };
}

/** A request as text; without `body` only its head. */
export function requestText(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): string {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries({ host: 'localhost', ...length, ...headers });
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body ?? ''}`;
}

/**
 * The server's sockets in the order in which they came. A client that does not read cannot see that its own was closed.
 */
export function watchServerSockets(): { sockets: Socket[]; stop(): void } {
  const sockets: Socket[] = [];
  const note = (message: unknown): void => void sockets.push((message as { socket: Socket }).socket);
  subscribe('net.server.socket', note);
  return { sockets, stop: () => unsubscribe('net.server.socket', note) };
}
