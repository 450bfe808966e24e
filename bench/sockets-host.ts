import { once } from 'node:events';
import WebSocket from 'ws';
import { serve } from './harness/host.ts';
import { spreadOf, type Spread } from './harness/quantiles.ts';

/**
 * Many WebSocket clients in one process. They use several loopback addresses: one has too few ports for ten thousand.
 */
const SOURCE_ADDRESSES = 5;
const AT_ONCE = 100;

interface OpenArgs {
  baseUrl: string;
  paths: string[];
  /** Measured sockets note when each event arrived. The others only stay open. */
  measured: boolean;
}

interface Frame {
  type: string;
  timestamp?: number;
}

const sockets: WebSocket[] = [];
let delays: number[] = [];
let opened = 0;
let ended = 0;
let lost = 0;

const now = (): number => performance.timeOrigin + performance.now();

async function open(baseUrl: string, path: string, measured: boolean): Promise<void> {
  const localAddress = `127.0.0.${2 + ((opened += 1) % SOURCE_ADDRESSES)}`;
  const socket = new WebSocket(`${baseUrl.replace('http', 'ws')}${path}`, {
    perMessageDeflate: false,
    localAddress,
  });
  sockets.push(socket);
  await once(socket, 'message');
  socket.on('error', () => (lost += 1));
  socket.on('close', (code) => (lost += code === 1000 ? 0 : 1));
  if (measured) socket.on('message', (raw: Buffer) => arrived(raw));
}

function arrived(raw: Buffer): void {
  const receivedAt = now();
  const { type, timestamp } = JSON.parse(raw.toString('utf8')) as Frame;
  if (timestamp === undefined) return;
  delays.push(receivedAt - timestamp);
  if (type === 'workflow.completed' || type === 'workflow.failed') ended += 1;
}

serve(
  {
    async open({ baseUrl, paths, measured }: OpenArgs): Promise<{ elapsedMs: number }> {
      const began = performance.now();
      for (let at = 0; at < paths.length; at += AT_ONCE)
        await Promise.all(paths.slice(at, at + AT_ONCE).map((path) => open(baseUrl, path, measured)));
      return { elapsedMs: performance.now() - began };
    },
    /** What measured sockets have received since the last look. */
    collect(): Promise<{ delays: Spread; ended: number; open: number; lost: number }> {
      const answer = {
        delays: spreadOf(delays),
        ended,
        open: sockets.filter((one) => one.readyState === one.OPEN).length,
        lost,
      };
      delays = [];
      ended = 0;
      return Promise.resolve(answer);
    },
  },
  {},
  async () => {
    for (const socket of sockets) socket.terminate();
  },
);
