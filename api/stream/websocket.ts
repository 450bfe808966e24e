import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Ctx } from '../context.ts';
import type { FamilyModule } from '../family.ts';
import type { Services } from '../http/pipeline.ts';
import { ctxFor, styleOf, withPrincipal } from '../http/pipeline.ts';
import { readQuery } from '../http/parse.ts';
import { isStorable } from '../http/json-source.ts';
import { renderProblem } from '../http/render.ts';
import { renew, requireScope } from '../keys/authority.ts';
import { checkHost } from '../middleware/host-guard.ts';
import { attachFacts, factsOf } from '../middleware/request.ts';
import { ApiError, type Where } from '../problem.ts';
import { admit, type Toll } from './admission.ts';
import type { Backlog } from './backlog.ts';
import { readPosition } from './cursor.ts';
import type { StreamRoute, StreamSubject } from './define-stream.ts';
import type { Hub } from './hub.ts';
import { receiveMessages } from './inbound.ts';
import { endWithKey, type StreamEnd } from './last-word.ts';
import { createMarks } from './marks.ts';
import { createPathMatcher, type PathMatcher } from './match-path.ts';
import { openSession, type Sink } from './session.ts';

export interface MountedStream {
  stream: StreamRoute;
  family: FamilyModule | undefined;
}

export interface SocketServer {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every client to come back (1001) and waits until they are gone, at most `ms`. */
  close(ms: number): Promise<void>;
}

const HEARTBEAT_MS = 30_000;
const LARGEST_MESSAGE = 64 * 1024;
const MOST_FRAGMENTS = 1024;

/** Sockets are always upgraded first: a browser shows no HTTP answer, but it shows frames and close codes. */
export function createSocketServer(
  services: Services,
  hub: Hub,
  streams: readonly MountedStream[],
): SocketServer {
  const options = {
    noServer: true,
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE,
    maxFragments: MOST_FRAGMENTS,
    closeTimeout: services.limits.closeMs, // missing in @types/ws
  };
  const server = new WebSocketServer(options);
  const known = streams.map((mounted) => ({ ...mounted, match: createPathMatcher(mounted.stream.path) }));
  const alive = new WeakSet<WebSocket>();
  const heartbeat = setInterval(() => {
    for (const socket of server.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, HEARTBEAT_MS).unref();

  return {
    upgrade(req, socket, head) {
      attachFacts(req, services.deps.log);
      server.handleUpgrade(req, socket, head, (client) => {
        alive.add(client);
        client.on('pong', () => alive.add(client));
        client.on('error', () => client.terminate());
        client.pause(); // what is sent at once waits until somebody listens
        void accept(services, hub, known, req, client);
      });
    },
    async close(ms) {
      clearInterval(heartbeat);
      for (const socket of server.clients)
        socket.close(1001, 'The server is restarting; reconnect and resume.');
      const deadline = Date.now() + ms;
      while (server.clients.size > 0 && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 10));
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

async function accept(
  services: Services,
  hub: Hub,
  streams: readonly KnownStream[],
  req: IncomingMessage,
  client: WebSocket,
): Promise<void> {
  const facts = factsOf(req);
  const pathname = facts.shownUrl.split('?')[0] ?? '/';
  const found = findStream(streams, pathname);
  const where: Where = {
    instance: pathname,
    requestId: facts.id,
    style: found && styleOf(services, found.family),
  };
  try {
    const { ctx, stream, subject, after, toll } = await open(services, found, req, client);
    if (client.readyState !== client.OPEN) return;
    const connected = stream.translate.connected?.(subject, after);
    if (connected) client.send(JSON.stringify(connected));
    let inbound = { settled: (): Promise<void> => Promise.resolve() };
    // A command may end its run: its answer comes before the end of the stream.
    const sink = sinkOf(client, services.backlogs(), () => inbound.settled());
    client.once('close', openSession(hub, stream, subject, after, sink, ctx));
    const end: StreamEnd = {
      sayGoodbye: (problem) => refuse(client, problem),
      cut: () => client.terminate(),
    };
    endWithKey(services, ctx, where, end);
    const now = async (): Promise<Ctx> =>
      withPrincipal(services, ctx, await renew(services.deps, ctx.principal));
    inbound = receiveMessages(client, { log: ctx.log, now }, stream, subject, where, toll, services.limits);
  } catch (error) {
    refuse(client, renderProblem(error, where, facts.log));
  } finally {
    client.resume();
    facts.log.info({ url: facts.shownUrl, ms: Math.round(performance.now() - facts.startedAt) }, 'websocket');
  }
}

type KnownStream = MountedStream & { match: PathMatcher };

function findStream(streams: readonly KnownStream[], pathname: string) {
  for (const { stream, family, match } of streams) {
    const params = match(pathname);
    if (params) return { stream, family, params };
  }
  return undefined;
}

async function open(
  services: Services,
  found: ReturnType<typeof findStream>,
  req: IncomingMessage,
  client: WebSocket,
): Promise<{ ctx: Ctx; stream: StreamRoute; subject: StreamSubject; after: number; toll: Toll }> {
  checkHost(req, services.deps.settings);
  if (found === undefined) throw new ApiError('route_not_found', 'There is no stream here; see /docs.');
  const query = readQuery(req);
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  const { principal, toll } = await admit(services, req, query['ticket'], gone.signal);
  requireScope(principal, 'read');
  const { stream, params } = found;
  const ctx = ctxFor(services, req, principal, gone.signal);
  const subject = Object.values(params).every(isStorable) ? await stream.load(ctx, params) : undefined;
  if (subject === undefined) throw new ApiError(stream.missing.code, stream.missing.detail);
  const lastEventId = req.headers['last-event-id'];
  const { after } = readPosition(
    stream.topic,
    subject,
    query,
    typeof lastEventId === 'string' ? lastEventId : undefined,
  );
  return { ctx, stream, subject, after, toll };
}

/** The error as a frame, then a close code: 4000 + the HTTP status; ours when it is our fault. */
function refuse(client: WebSocket, { status, text }: { status: number; text: string }): void {
  if (client.readyState !== client.OPEN) return;
  client.send(text);
  const code = status === 503 ? 1013 : status >= 500 ? 1011 : 4000 + status;
  client.close(code, (JSON.parse(text) as { code: string }).code);
}

function sinkOf(client: WebSocket, backlog: Backlog, settled: () => Promise<void>): Sink {
  const mark = createMarks(client, backlog.arrived);
  return {
    backlog,
    get open() {
      return client.readyState === client.OPEN;
    },
    send: ({ json }) => {
      client.send(json, { binary: false }, backlog.sent(json.length));
      mark(json.length);
    },
    end: (why) =>
      why === 'done'
        ? void settled().then(() => client.close(1000, 'done'))
        : client.close(1013, 'too slow: reconnect and resume'),
  };
}
