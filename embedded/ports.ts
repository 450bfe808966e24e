import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { portHolder } from './ports/holder.ts';

const HOST = '127.0.0.1';
const handedOut = new Set<number>();

/** Binds a port on loopback for a moment. Resolves with its number; rejects with the system's error. */
function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

/**
 * Below the range that systems use for outgoing connections, so that none of those takes the port before our server
 * does.
 */
const FIRST = 10_000;
const LAST = 32_000;

/** A port that nobody listens on, never the same twice from one process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    const isFree = await tryPort(port).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
}

/**
 * The port when it is free; 0 asks for any. For a busy one the error says which part wanted it, who holds it and which
 * setting (`flagHint`, for example `--api-port or PORT`) changes it.
 */
export async function claimPort(name: string, wanted: number, flagHint: string): Promise<number> {
  if (wanted === 0) return freePort();
  try {
    return await tryPort(wanted);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new Error(busyMessage(name, wanted, flagHint), { cause: error });
    if (code === 'EACCES') {
      throw new Error(`${name}: port ${wanted} needs privileges. Choose one above 1023 with ${flagHint}.`, {
        cause: error,
      });
    }
    throw error;
  }
}

function busyMessage(name: string, port: number, flagHint: string): string {
  const holder = portHolder(port);
  const who = holder
    ? `it is held by process ${holder.pid} (${holder.command})`
    : `another process holds it (to see which: lsof -i :${port})`;
  return `${name} cannot use port ${port}: ${who}. End that process, or choose another port with ${flagHint}.`;
}
