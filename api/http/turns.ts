import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
}

interface Line {
  current: Exchange | undefined;
  waiting: Exchange[];
  /** Ends the connection; called once every complete request has its answer. */
  last: (() => void) | undefined;
}

const lines = new WeakMap<Socket, Line>();

/**
 * Makes one answer at a time on a connection. Node hands over all requests of a packet at once and buffers their answers, so
 * a client that sends ahead and never reads would fill memory with answers. Here requests wait instead.
 */
export function inTurn(answer: RequestListener, mostWaiting: number): RequestListener {
  return (req, res) => {
    const line = lineOf(req.socket);
    if (line.current === undefined) begin(line, { req, res }, answer);
    else if (line.waiting.length < mostWaiting) line.waiting.push({ req, res });
    else cutOff(req.socket);
  };
}

/** Node makes an error for each request that is cut off. The stacks of thousands would stall the process, so none are taken. */
function cutOff(socket: Socket): void {
  if (socket.destroyed) return;
  const limit = Error.stackTraceLimit;
  socket.prependOnceListener('close', () => (Error.stackTraceLimit = 0));
  socket.once('close', () => (Error.stackTraceLimit = limit));
  socket.destroy();
}

function lineOf(socket: Socket): Line {
  const line = lines.get(socket) ?? { current: undefined, waiting: [], last: undefined };
  lines.set(socket, line);
  return line;
}

function begin(line: Line, { req, res }: Exchange, answer: RequestListener): void {
  if (req.socket.destroyed) return;
  line.current = { req, res };
  req.socket.setTimeout(0); // unread.ts times the client's reading, not the handler's work
  res.once('close', () => {
    line.current = undefined;
    const next = line.waiting.shift();
    if (next && (next.req.complete || line.last === undefined)) begin(line, next, answer);
    else line.last?.();
  });
  answer(req, res);
}

/** The exchange under way on a connection, if there is one. */
export const underWay = (socket: object): Exchange | undefined => lines.get(socket as Socket)?.current;

/** Calls `work` once the earlier requests of the connection are answered. */
export function afterAnswers(socket: object, work: () => void): void {
  const line = lines.get(socket as Socket);
  if (line?.current === undefined) work();
  else line.last = work;
}
