import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Limits } from '../limits.ts';
import { ApiError } from '../problem.ts';
import type { ConnectionSettings } from '../settings.ts';
import { clientAddress } from './address.ts';
import { createGuests, type Stay } from './guests.ts';
import { inTurn } from './turns.ts';
import { createUnreadAnswers } from './unread.ts';

/** Who is connected, and what they have not read yet. */
export interface Connections {
  /** Lets `app` answer the requests of `server`, one at a time on each connection. */
  serve(server: Server, app: RequestListener): void;
  /** The sender of `req` has shown a valid key: the connection no longer counts as a guest's. */
  isKnown(req: IncomingMessage, res?: ServerResponse): void;
  /** Throws when `req` comes from a guest over the limit. */
  refuseOver(req: IncomingMessage): void;
  close(): void;
}

const RETRY_SECONDS = 10;

/**
 * A guest is a connection without a valid key. Behind proxies, whose connections carry requests of many clients, a guest is
 * a request under way.
 */
export function createConnections(
  settings: ConnectionSettings,
  trustProxy: number,
  limits: Limits,
): Connections {
  const enter = createGuests({ perClient: settings.guestsPerClient, inAll: settings.guests });
  const unread = createUnreadAnswers(limits);
  const stays = new WeakMap<object, Stay>();
  const over = new Set<Socket>(); // connections over the limit, oldest first
  const stayOf = (req: IncomingMessage): Stay | undefined => stays.get(req) ?? stays.get(req.socket);

  const arrive = (socket: Socket): void => {
    const stay = enter(socket.remoteAddress ?? '');
    stays.set(socket, stay);
    socket.once('close', () => (over.delete(socket), stay.leave()));
    if (!stay.isOver) return;
    over.add(socket);
    if (over.size > limits.overLimit) over.values().next().value!.destroy();
  };
  const arriveByProxy = (req: IncomingMessage, until: ServerResponse | Duplex): void => {
    const stay = enter(clientAddress(req, trustProxy));
    stays.set(req, stay);
    until.once('close', () => stay.leave());
  };

  return {
    serve(server, app) {
      const answer = inTurn((req, res) => {
        unread.watch(res);
        if (trustProxy > 0) arriveByProxy(req, res);
        else if (stayOf(req)?.isOver) res.setHeader('connection', 'close');
        app(req, res);
      }, limits.answersWaiting);
      server.maxConnections = settings.inAll;
      server.on('request', answer).on('checkExpectation', answer);
      server.on('checkContinue', (req, res) => {
        res.writeContinue();
        answer(req, res);
      });
      if (trustProxy === 0) server.on('connection', arrive);
      else server.on('upgrade', (req, socket) => arriveByProxy(req, socket));
    },
    isKnown(req, res) {
      over.delete(req.socket);
      const stay = stayOf(req);
      if (stay?.isOver) res?.removeHeader('connection');
      stay?.leave();
    },
    refuseOver(req) {
      if (stayOf(req)?.isOver) throw tooMany();
    },
    close: () => unread.close(),
  };
}

const tooMany = (): ApiError =>
  new ApiError(
    'too_many_connections',
    'Too many connections without a valid key are open; close some, or send your API key.',
    {
      members: { retry_after: RETRY_SECONDS },
      headers: { 'retry-after': String(RETRY_SECONDS) },
    },
  );
