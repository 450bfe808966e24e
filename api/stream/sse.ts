import type { Request, Response } from 'express';
import type { Ctx } from '../context.ts';
import type { FamilyModule } from '../family.ts';
import { beginCtx, goneWith, serve, styleOf, whereOf, type Services } from '../http/pipeline.ts';
import { isStorable } from '../http/json-source.ts';
import { readQuery } from '../http/parse.ts';
import { renderProblem, send } from '../http/render.ts';
import { requireScope } from '../keys/authority.ts';
import { factsOf } from '../middleware/request.ts';
import { ApiError } from '../problem.ts';
import { admit } from './admission.ts';
import type { Backlog } from './backlog.ts';
import { readPosition, writePosition, type Position } from './cursor.ts';
import type { StreamRoute, StreamSubject } from './define-stream.ts';
import { sseText } from './frames.ts';
import type { Hub } from './hub.ts';
import { endWithKey, type StreamEnd } from './last-word.ts';
import { openSession, type Sink } from './session.ts';

const HEARTBEAT_MS = 15_000;

/** GET on a stream's path: SSE if asked for, else the page, else 426. */
export function serveStream(
  services: Services,
  hub: Hub,
  stream: StreamRoute,
  family: FamilyModule | undefined,
) {
  const page = stream.page && serve(services, stream.page, family);
  return async (req: Request, res: Response): Promise<void> => {
    const wantsEvents = req.method === 'GET' && /\btext\/event-stream\b/.test(req.get('accept') ?? '');
    if (!wantsEvents && page) return page(req, res);
    try {
      if (!Object.values(req.params).flat().every(isStorable)) throw missing(stream);
      if (!wantsEvents) throw upgradeRequired();
      const { ctx, subject, after, isGiven } = await open(services, stream, req, res);
      // A browser's EventSource reconnects after every end but a 204 (HTML, "server-sent events").
      if (isGiven && subject.finished && after >= subject.last) return void res.writeHead(204).end();
      sendEvents(services, hub, stream, subject, { after, isGiven }, res, ctx);
      endWithKey(services, ctx, whereOf(req, styleOf(services, family)), endOf(res));
    } catch (error) {
      send(res, renderProblem(error, whereOf(req, styleOf(services, family)), factsOf(req).log));
    }
  };
}

async function open(
  services: Services,
  stream: StreamRoute,
  req: Request,
  res: Response,
): Promise<{ ctx: Ctx; subject: StreamSubject } & Position> {
  const query = readQuery({ url: req.originalUrl });
  const { principal } = await admit(services, req, query['ticket'], goneWith(res), res);
  requireScope(principal, 'read');
  const ctx = beginCtx(services, req, res, principal);
  const subject = await stream.load(ctx, req.params as Record<string, string>);
  if (subject === undefined) throw missing(stream);
  return { ctx, subject, ...readPosition(stream.topic, subject, query, req.get('last-event-id')) };
}

function sendEvents(
  { draining, limits, backlogs }: Services,
  hub: Hub,
  stream: StreamRoute,
  subject: StreamSubject,
  { after, isGiven }: Position,
  res: Response,
  ctx: Ctx,
): void {
  res.socket?.setTimeout(HEARTBEAT_MS + limits.stalledMs); // Node restarts it whenever the client reads a heartbeat
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  res.write(greeting(stream, subject, after, isGiven));
  const goodbye = (): void => void res.end(); // EventSource reconnects by itself, to another process
  draining.addEventListener('abort', goodbye);
  const heartbeat = setInterval(() => {
    if (!res.writableEnded) res.write(': alive\n\n'); // after its end it may wait long to be read
  }, HEARTBEAT_MS);
  const leave = openSession(hub, stream, subject, after, sinkOf(res, backlogs()), ctx);
  const close = (): void => {
    clearInterval(heartbeat);
    draining.removeEventListener('abort', goodbye);
    leave();
  };
  if (ctx.signal.aborted || res.writableEnded) close();
  else res.once('close', close);
}

/**
 * To whoever names no position it tells the one to begin at, so that a browser that loses the stream before any event goes
 * on from there.
 */
function greeting(
  { topic, translate }: StreamRoute,
  subject: StreamSubject,
  after: number,
  isGiven: boolean,
): string {
  const frame = translate.connected?.(subject, after);
  const id = isGiven ? undefined : writePosition(topic, after);
  if (frame === undefined) return `${id === undefined ? '' : `id: ${id}\n`}: connected\n\n`;
  const { type } = frame;
  return sseText(JSON.stringify(frame), typeof type === 'string' ? type : 'connected', id);
}

function endOf(res: Response): StreamEnd {
  return {
    sayGoodbye: ({ text }) => void (res.writableEnded || res.end(sseText(text, 'error'))),
    cut: () => void res.destroy(),
  };
}

function sinkOf(res: Response, backlog: Backlog): Sink {
  return {
    backlog,
    get open() {
      return !res.writableEnded && !res.destroyed;
    },
    send({ sse }) {
      const left = backlog.sent(sse.length);
      res.write(sse, () => {
        left();
        backlog.arrived(sse.length); // HTTP cannot ask the client what it has read
      });
    },
    // A client that is behind reconnects with Last-Event-ID and misses nothing.
    end: (why) => (why === 'done' ? void res.end() : void res.destroy()),
  };
}

const missing = ({ missing: { code, detail } }: StreamRoute): ApiError => new ApiError(code, detail);

const upgradeRequired = (): ApiError =>
  new ApiError(
    'upgrade_required',
    'This is a stream: connect with WebSocket, or send Accept: text/event-stream.',
    {
      headers: { upgrade: 'websocket', connection: 'Upgrade' },
    },
  );
