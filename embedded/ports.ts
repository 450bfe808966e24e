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

/** A port that a part of the stack wants. 0 stands for any. `setting`: which one moves it, as a person reads it. */
export interface WantedPort {
  name: string;
  port: number;
  setting: string;
}

/**
 * The port when it is free; 0 asks for any. For a busy one the error says which part wanted it, who holds it and which
 * setting (`setting`, for example `--api-port or PORT`) changes it.
 */
export async function claimPort(name: string, wanted: number, setting: string): Promise<number> {
  if (wanted === 0) return freePort();
  const trouble = await troubleWith({ name, port: wanted, setting });
  if (trouble === undefined) return wanted;
  throw trouble;
}

/** Looks at all ports before anything is started, so that one message names every one that is not to be had. */
export async function refuseBusyPorts(wanted: readonly WantedPort[]): Promise<void> {
  const given = wanted.filter(({ port }) => port !== 0);
  const found = await Promise.all(given.map(troubleWith));
  const troubles = [...sharedPorts(given), ...found.flatMap((trouble) => trouble?.message ?? [])];
  if (troubles.length === 0) return;
  const [first = '', ...more] = troubles;
  const all =
    more.length === 0
      ? `${first} `
      : `some ports are not free.\n${troubles.map((one) => `  ${one}\n`).join('')}`;
  throw new Error(`${all}With --any-ports every part takes a free port.`);
}

function sharedPorts(wanted: readonly WantedPort[]): string[] {
  return wanted.flatMap(({ name, port, setting }, index) => {
    const before = wanted.slice(0, index).find((other) => other.port === port);
    return before === undefined
      ? []
      : [
          `${before.name} and ${name} both want port ${port}. Choose another port with ${before.setting} or ${setting}.`,
        ];
  });
}

async function troubleWith({ name, port, setting }: WantedPort): Promise<Error | undefined> {
  try {
    await tryPort(port);
    return undefined;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE') return new Error(busyMessage(name, port, setting), { cause });
    if (code !== 'EACCES') throw cause;
    const message = `${name}: port ${port} needs privileges. Choose one above 1023 with ${setting}.`;
    return new Error(message, { cause });
  }
}

function busyMessage(name: string, port: number, setting: string): string {
  const holder = portHolder(port);
  const who = holder
    ? `it is held by process ${holder.pid} (${holder.command})`
    : `another process holds it (to see which: lsof -i :${port})`;
  return `${name} cannot use port ${port}: ${who}. End that process, or choose another port with ${setting}.`;
}
