/**
 * What an error of an outside part means for the caller: one table for gRPC (Temporal), one for SQLSTATE (PostgreSQL). The
 * API turns the meaning into a status; the pool learns which connections to drop.
 *
 * `down`: it does not answer at the moment. `busy`: it has no room, or this try lost a race. `repair`: the run's code fails
 * at the moment. `misconfigured`: lasts until an operator changes something. `bug`: ours, and repeating does not help.
 */
export type Trouble =
  | 'down'
  | 'read_only'
  | 'busy'
  | 'repair'
  | 'misconfigured'
  | 'not_found'
  | 'conflict'
  | 'bad_input'
  | 'bug';

/** How a trouble is answered. `retryAfter` is in seconds. `detail` says what to do and never quotes a server. */
export interface TroubleAnswer {
  code: string;
  detail: string;
  retryAfter?: number;
}

const SAFE = 'with an Idempotency-Key that is always safe';

/** `bug` has no answer of its own: it is logged, and the client gets `internal`. */
export const TROUBLE_ANSWERS: Readonly<Record<Exclude<Trouble, 'bug'>, TroubleAnswer>> = {
  down: {
    code: 'unavailable',
    detail: `A part this needs is down at the moment. Try again; ${SAFE}.`,
    retryAfter: 2,
  },
  read_only: {
    code: 'unavailable',
    detail: `The database takes no changes at the moment: it is moving to another server. Try again; ${SAFE}.`,
    retryAfter: 5,
  },
  busy: {
    code: 'unavailable',
    detail: `A part this needs is overloaded. Try again in a moment; ${SAFE}.`,
    retryAfter: 2,
  },
  repair: {
    code: 'unavailable',
    detail: `The run cannot go on at the moment and is being repaired; nothing is lost. Try again later; ${SAFE}.`,
    retryAfter: 10,
  },
  misconfigured: {
    code: 'unavailable',
    detail:
      'A part this needs refuses this server. Its operator has to look at the settings; the log says which.',
    retryAfter: 30,
  },
  not_found: { code: 'not_found', detail: 'It does not exist any more. Read the run again.' },
  conflict: {
    code: 'conflict',
    detail: 'Another request changed the same thing at the same time. Read it again before you repeat this.',
  },
  bad_input: {
    code: 'invalid_input',
    detail: 'A value cannot be stored: it is too long, out of range or has characters that are not allowed.',
  },
};

/** Every status code of gRPC by its number (https://grpc.io/docs/guides/status-codes/). */
export const GRPC_TROUBLES: readonly [name: string, trouble: Trouble][] = [
  ['OK', 'bug'], // no error
  ['CANCELLED', 'down'], // our own limit, or the server went away under the call
  ['UNKNOWN', 'down'], // a proxy or a server failed
  ['INVALID_ARGUMENT', 'bug'], // clients' input was checked before
  ['DEADLINE_EXCEEDED', 'down'],
  ['NOT_FOUND', 'not_found'],
  ['ALREADY_EXISTS', 'conflict'],
  ['PERMISSION_DENIED', 'misconfigured'],
  ['RESOURCE_EXHAUSTED', 'busy'],
  ['FAILED_PRECONDITION', 'repair'], // "Workflow Task in failed state"
  ['ABORTED', 'busy'],
  ['OUT_OF_RANGE', 'bug'],
  ['UNIMPLEMENTED', 'misconfigured'], // a server that is too old
  ['INTERNAL', 'down'],
  ['UNAVAILABLE', 'down'],
  ['DATA_LOSS', 'bug'],
  ['UNAUTHENTICATED', 'misconfigured'],
];

/** What a gRPC status of Temporal means. A missing namespace is a wrong setting, not a missing run. */
export function grpcTrouble(code: number, message = ''): Trouble {
  if (code === 5 && /namespace/i.test(message)) return 'misconfigured';
  return GRPC_TROUBLES[code]?.[1] ?? 'bug';
}

/** Every class of PostgreSQL 18 (Appendix A of its manual), and classes that older servers and poolers still use. */
export const SQL_CLASSES: Readonly<Record<string, Trouble>> = {
  '00': 'bug', // no error
  '01': 'bug', // a warning
  '02': 'bug', // no data
  '03': 'bug',
  '08': 'down', // connection
  '09': 'bug',
  '0A': 'bug',
  '0B': 'bug',
  '0F': 'bug',
  '0L': 'bug',
  '0P': 'misconfigured', // no such role
  '0Z': 'bug',
  '10': 'bug',
  '20': 'bug',
  '21': 'bug',
  '22': 'bug', // data: codes that a client's value causes are below
  '23': 'bug', // integrity: as above
  '24': 'bug',
  '25': 'bug', // transaction state
  '26': 'down', // a prepared statement that the new server does not know
  '27': 'bug',
  '28': 'misconfigured', // credentials
  '2B': 'bug',
  '2D': 'bug',
  '2F': 'bug',
  '34': 'bug',
  '38': 'bug',
  '39': 'bug',
  '3B': 'bug',
  '3D': 'misconfigured', // no such database
  '3F': 'misconfigured', // no such schema
  '40': 'busy', // serialization, deadlock
  '42': 'bug', // syntax: missing access is below
  '44': 'bug',
  '53': 'busy', // connections, memory, disk
  '54': 'bug',
  '55': 'busy', // locks; the codes without a lock are below
  '57': 'down', // cancelled, shut down, starting, recovering
  '58': 'down', // files, disks
  '72': 'busy', // snapshot too old (until PostgreSQL 16)
  F0: 'misconfigured', // configuration file
  HV: 'bug',
  P0: 'bug',
  XX: 'bug', // corruption or a bug of the server
};

/** Codes that mean something other than the rest of their class. */
export const SQL_STATES: Readonly<Record<string, Trouble>> = {
  '22001': 'bad_input', // too long
  '22003': 'bad_input', // out of range
  '22007': 'bad_input', // not a date
  '22008': 'bad_input', // not a possible date
  '22021': 'bad_input', // not in the character set
  '22P02': 'bad_input', // not a number, uuid, ...
  '22P03': 'bad_input',
  '22P05': 'bad_input', // \u0000
  '23503': 'conflict', // what it refers to is gone
  '23505': 'conflict', // somebody was faster
  '23P01': 'conflict',
  '25006': 'read_only', // a standby, or a primary that is being moved
  '25P03': 'down', // idle in transaction for too long
  '25P04': 'down', // transaction took too long
  '40002': 'conflict', // integrity, found at the commit
  '42501': 'misconfigured', // insufficient privilege
  '55000': 'bug',
  '55P02': 'misconfigured',
  '55P04': 'bug',
};

/** What a SQLSTATE means; undefined for other codes. */
export function sqlTrouble(code: string): Trouble | undefined {
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined;
  return SQL_STATES[code] ?? SQL_CLASSES[code.slice(0, 2)];
}

const UNREACHABLE = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
];

const NETWORK = new Set([...UNREACHABLE, 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT']);

/** Codes of connections that were never made: the other side has done nothing. */
const NOT_REACHED = new Set([...UNREACHABLE, 'UND_ERR_CONNECT_TIMEOUT']);

/** True when a call did not leave this machine, whatever layer reports that. */
export function isNotReached(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (typeof code === 'string' && NOT_REACHED.has(code)) || isNotReached(error.cause);
}

/** Messages of the PostgreSQL driver for a connection that is gone or was never made. */
const DRIVER_WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Cannot use a pool after|Client (has encountered a connection error|was closed) and is not queryable)/;

/** What an error of a socket or of the database means; undefined for others. Causes are not read. */
export function ownTrouble(error: Error): Trouble | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return NETWORK.has(code) ? 'down' : sqlTrouble(code);
  return DRIVER_WORDS.test(error.message) ? 'down' : undefined;
}

/** True when the connection of this error must not be used again: it is gone, or leads to a read-only server. */
export function isLostSession(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (code === '57014') return false; // only the statement was cancelled
  const trouble = ownTrouble(error);
  return trouble === 'down' || trouble === 'read_only';
}
