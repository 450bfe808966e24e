import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Limits } from '../limits.ts';

interface Answer {
  socket: Socket;
  bytes: number;
  deadline: number;
}

export interface UnreadAnswers {
  /** Closes the connection if the client does not read the answer in time. */
  watch(res: ServerResponse): void;
  close(): void;
}

/**
 * Bounds the answers that clients have not read: each by a time for its length, all together by a size. Over that size
 * the oldest is given up first.
 */
export function createUnreadAnswers(
  limits: Pick<Limits, 'stalledMs' | 'slowestRead' | 'unreadAnswers' | 'checkEveryMs'>,
): UnreadAnswers {
  const unread = new Set<Answer>(); // oldest first
  let total = 0;
  const forget = (answer: Answer): void => {
    if (unread.delete(answer)) total -= answer.bytes;
  };
  const giveUp = (answer: Answer): void => {
    forget(answer);
    answer.socket.destroy();
  };
  const keep = (socket: Socket, bytes: number): Answer => {
    const allowedMs = limits.stalledMs + (bytes / limits.slowestRead) * 1000;
    const answer = { socket, bytes, deadline: performance.now() + allowedMs };
    unread.add(answer);
    total += bytes;
    socket.setTimeout(limits.stalledMs); // Node restarts it whenever the client takes a part of the write
    while (total > limits.unreadAnswers && unread.size > 1) giveUp(unread.values().next().value!);
    return answer;
  };
  const timer = setInterval(() => {
    const now = performance.now();
    for (const answer of unread) if (answer.deadline < now) giveUp(answer);
  }, limits.checkEveryMs).unref();

  return {
    watch(res) {
      res.once('prefinish', () => {
        const { socket } = res;
        if (socket === null || res.writableLength === 0) return;
        const answer = keep(socket, res.writableLength);
        res.once('close', () => forget(answer));
      });
    },
    close: () => clearInterval(timer),
  };
}
