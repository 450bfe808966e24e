import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
}

interface Queue {
  current: Exchange | undefined;
  waiting: Exchange[];
  /** Ends the connection; called once every complete request has its answer. */
  last: (() => void) | undefined;
}

const queues = new WeakMap<Socket, Queue>();

/**
 * Makes one answer at a time on a connection. Node hands over all requests of a packet at once and buffers their answers, so
 * a client that sends ahead and never reads would fill memory with answers. Here requests wait instead.
 */
export function inTurn(answer: RequestListener, mostWaiting: number): RequestListener {
  return (req, res) => {
    const queue = queueOf(req.socket);
    if (queue.current === undefined) begin(queue, { req, res }, answer);
    else if (queue.waiting.length < mostWaiting) queue.waiting.push({ req, res });
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

function queueOf(socket: Socket): Queue {
  const queue = queues.get(socket) ?? { current: undefined, waiting: [], last: undefined };
  queues.set(socket, queue);
  return queue;
}

function begin(queue: Queue, { req, res }: Exchange, answer: RequestListener): void {
  if (req.socket.destroyed) return;
  queue.current = { req, res };
  req.socket.setTimeout(0); // unread.ts times the client's reading, not the handler's work
  res.once('close', () => {
    queue.current = undefined;
    const next = queue.waiting.shift();
    if (next && (next.req.complete || queue.last === undefined)) begin(queue, next, answer);
    else queue.last?.();
  });
  answer(req, res);
}

/** The exchange under way on a connection, if there is one. */
export const underWay = (socket: object): Exchange | undefined => queues.get(socket as Socket)?.current;

/** Calls `work` once the earlier requests of the connection are answered. */
export function afterAnswers(socket: object, work: () => void): void {
  const queue = queues.get(socket as Socket);
  if (queue?.current === undefined) work();
  else queue.last = work;
}
