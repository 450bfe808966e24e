/** What clients may cost: durations in ms, sizes in bytes. Tests make them small. */
export interface Limits {
  /** Time for a request's headers, from its first byte; on a new connection, from its start. */
  headersMs: number;
  /** Time for the whole request, its body included. */
  requestMs: number;
  keepAliveMs: number;
  /** Time between two checks for requests and answers that take too long. */
  checkEveryMs: number;
  /** An answer or stream is given up when its client takes nothing of it for this long. */
  stalledMs: number;
  /** Bytes a second at which an answer must be read at least. */
  slowestRead: number;
  /** Requests sent ahead that may wait on one connection while an answer is under way. */
  answersWaiting: number;
  /** Bytes of answers that clients have not read yet, over all connections. */
  unreadAnswers: number;
  /** Connections over the limit of guests that are kept, in case they show a valid key. */
  overLimit: number;
  /** Bytes of events buffered for one client that does not read; later events wait in the database. */
  unreadOfStream: number;
  /** Bytes sent to one WebSocket client that it has not confirmed; the system may still buffer them. */
  underWayOfStream: number;
  /** Bytes of events buffered over all streams. */
  unreadOfStreams: number;
  /** Time for a WebSocket to close after it was told to. */
  closeMs: number;
  /** Messages that may wait for their answer on one WebSocket. */
  commandsWaiting: number;
  /** Refusals by the rate limit in a row after which a WebSocket is closed. */
  refusedCommands: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const LIMITS: Limits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000, // longer than load balancers keep idle connections
  checkEveryMs: 1000,
  stalledMs: 30_000,
  slowestRead: 16 * KIB,
  answersWaiting: 64,
  unreadAnswers: 256 * MIB, // one answer alone may have a result of 64 MiB
  overLimit: 256,
  unreadOfStream: 128 * KIB,
  underWayOfStream: 256 * KIB,
  unreadOfStreams: 64 * MIB,
  closeMs: 10_000,
  commandsWaiting: 64,
  refusedCommands: 20,
};
