import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
}

interface Line {
  current: Exchange | undefined;
  waiting: Exchange[];
  /** What ends the connection once every request that is whole has its answer. */
  last: (() => void) | undefined;
}

const lines = new WeakMap<Socket, Line>();

/**
 * One answer at a time on a connection. Node hands over every request that one packet brought and keeps all their answers
 * until each is due: a client that sends ahead and never reads would fill memory with them. Here they wait as requests.
 */
export function inTurn(answer: RequestListener, mostWaiting: number): RequestListener {
  return (req, res) => {
    const line = lineOf(req.socket);
    if (line.current === undefined) begin(line, { req, res }, answer);
    else if (line.waiting.length < mostWaiting) line.waiting.push({ req, res });
    else cutOff(req.socket);
  };
}

/** Node makes an error for each request that is cut off; with their stacks thousands of them would stall everyone. */
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
  req.socket.setTimeout(0); // a handler may think longer than a client may take to read
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

/** Calls `work` when the answers to what was asked before are out. */
export function afterAnswers(socket: object, work: () => void): void {
  const line = lines.get(socket as Socket);
  if (line?.current === undefined) work();
  else line.last = work;
}
