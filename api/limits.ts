/** What clients may cost: durations in ms, sizes in bytes. Tests make them small. */
export interface Limits {
  /** A request's headers must be there in this time, counted from the first byte (of a new connection: from the start). */
  headersMs: number;
  /** The whole request, its body included. */
  requestMs: number;
  keepAliveMs: number;
  /** Between two looks at what takes too long. */
  checkEveryMs: number;
  /** An answer, or an open stream, of which the client takes nothing for so long is given up. */
  stalledMs: number;
  /** Bytes a second below which reading an answer is no reading. */
  slowestRead: number;
  /** Answers that a connection may owe besides the one under way: requests sent ahead wait for it. */
  answersWaiting: number;
  /** Bytes of answers that clients have not taken yet, over all connections. */
  unreadAnswers: number;
  /** Connections over the limit that are kept until they have said what they want. */
  overLimit: number;
  /** Bytes of events kept here for one client that does not take them; what follows waits in the database. */
  unreadOfStream: number;
  /** Bytes sent to one client of a WebSocket, or kept for it by the system, that it has not confirmed. */
  underWayOfStream: number;
  /** Bytes of events kept here over all streams. */
  unreadOfStreams: number;
  /** How long a WebSocket that was told to close may take. */
  closeMs: number;
  /** Messages of one WebSocket that may wait for their answer. */
  commandsWaiting: number;
  /** Commands refused by the rate limit, one after the other, before the WebSocket is closed. */
  refusedCommands: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const LIMITS: Limits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000, // longer than load balancers keep theirs
  checkEveryMs: 1000,
  stalledMs: 30_000,
  slowestRead: 16 * KIB,
  answersWaiting: 64,
  unreadAnswers: 64 * MIB,
  overLimit: 256,
  unreadOfStream: 128 * KIB,
  underWayOfStream: 256 * KIB,
  unreadOfStreams: 64 * MIB,
  closeMs: 10_000,
  commandsWaiting: 64,
  refusedCommands: 20,
};
