import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EngineError } from '../domain/errors.ts';
import { createApp, createParts } from './app.ts';
import type { ServedApi } from './family.ts';
import { startHousekeeping } from './housekeeping.ts';
import { answerBadRequests } from './http/client-error.ts';
import { foldSlashes, refuseBadTargets } from './http/target.ts';
import { underWay } from './http/turns.ts';
import { LIMITS, type Limits } from './limits.ts';
import { isLoopbackHost } from './middleware/host-guard.ts';
import { createSocketServer } from './stream/websocket.ts';

export interface RunningApi {
  url: string;
  /** Stops taking requests, finishes what is under way, sends streams away; returns when all are gone. */
  close(): Promise<void>;
}

export interface StartOptions {
  host: string;
  port: number;
  limits?: Partial<Limits>;
}

const DRAIN_MS = 10_000;
const GOODBYE_MS = 2000;

/** The API on a socket. Port 0 takes a free one. */
export async function startApi(
  deps: ServedApi,
  { host, port, limits: given }: StartOptions,
): Promise<RunningApi> {
  refuseOpenDoor(deps, host);
  const draining = new AbortController();
  const limits = { ...LIMITS, ...given };
  const parts = createParts(deps, draining.signal, limits);
  const sockets = createSocketServer(parts.services, parts.hub, parts.streams);
  const server = createHttpServer(limits);
  parts.services.connections.serve(server, refuseBadTargets(createApp(deps, parts)));
  server.on('upgrade', (req, socket, head) => {
    foldSlashes(req);
    if (draining.signal.aborted || underWay(socket)) socket.destroy();
    else sockets.upgrade(req, socket, head);
  });
  answerBadRequests(server);
  await listen(server, host, port);
  server.on('error', (err) => deps.log.error({ err }, 'api: a connection could not be taken'));
  parts.hub.start();
  const housekeeping = startHousekeeping(deps);
  return {
    url: urlOf(server, host),
    async close() {
      draining.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await sockets.close(GOODBYE_MS);
      const limit = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearTimeout(limit);
      parts.services.connections.close();
      await housekeeping.stop();
      await parts.hub.close();
    },
  };
}

/**
 * Two defaults of Node are changed: it looks for slow requests only every half minute, and it answers a request without Host
 * by itself, ahead of earlier answers.
 */
const createHttpServer = (limits: Limits): Server =>
  createServer({
    shouldUpgradeCallback: isWebSocket,
    requireHostHeader: false,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkEveryMs,
  });

/** Other offers (h2c, which curl makes) are ignored, as HTTP wants. */
const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

function refuseOpenDoor({ settings }: ServedApi, host: string): void {
  if (settings.auth === 'on' || isLoopbackHost(host)) return;
  throw new EngineError(
    'auth_required',
    `AUTH=off is for loopback only: on ${host} anyone who reaches this port could spend money. Set AUTH=on (and STEWARD_ADMIN_KEY), or HOST=127.0.0.1.`,
  );
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => reject(inWords(error, port));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function inWords(cause: Error, port: number): Error {
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE')
    return new Error(
      `port ${port} is in use by another process (to see which: lsof -i :${port}). End that process, or choose another port with PORT; PORT=0 takes a free one.`,
      { cause },
    );
  if (code === 'EACCES')
    return new Error(`port ${port} needs privileges. Choose one above 1023 with PORT.`, { cause });
  return cause;
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${port}`;
}
