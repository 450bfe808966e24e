import pg from 'pg';
import { parseStored } from '../domain/exact-json.ts';
import { isLostSession, sqlTrouble } from '../domain/outside-errors.ts';

/**
 * A host that is gone does not even refuse. TCP probes find that out while we wait for an answer. Where bytes were sent and
 * never acknowledged no probe is sent, so queries have a time limit as well.
 */
export const STEADY = {
  connectionTimeoutMillis: 5000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} as const;

export const QUERY_MS = 60_000;
const IDLE_IN_TRANSACTION_MS = 30_000;

/** For transactions of MikroORM, which begins them itself. */
export const LIMIT_IDLE = `set local idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;
const ORM_LIFETIME_S = 60; // ends connections to a server that became read-only: this pool does not report refused statements

export interface PoolOptions {
  /** How long one statement may take. After that its server counts as gone. */
  queryMs?: number | undefined;
  /**
   * How long a transaction may be idle. A process that is stopped inside one holds its locks as long as its connection
   * lives, so the server then ends the connection and rolls back; the process learns of it when it goes on.
   */
  idleInTransactionMs?: number | undefined;
}

// For every connection of the process. Writers of numbers that doubles do not hold mark them (`toStored`).
pg.types.setTypeParser(pg.types.builtins.JSONB, parseStored);
pg.types.setTypeParser(pg.types.builtins.JSON, parseStored);

const ignore = (): void => undefined;
const nothing = (): undefined => undefined;

/** `postgresql+asyncpg://` of the original documents is accepted. */
export function normaliseUrl(url: string): string {
  return url.replace(/^postgres(ql)?(\+\w+)?:/, 'postgresql:');
}

/** A connection outside all pools. When it is lost, its query rejects and the process goes on. */
export function createClient(url: string, more: pg.ClientConfig = {}): pg.Client {
  const client = new pg.Client({ ...STEADY, connectionString: normaliseUrl(url), ...more });
  client.on('error', ignore); // the query under way rejects with the same error
  return client;
}

/** The same settings for MikroORM's driver. */
export const steadyDriver = ({ queryMs = QUERY_MS }: PoolOptions = {}): object => ({
  ...STEADY,
  query_timeout: queryMs,
  maxLifetimeSeconds: ORM_LIFETIME_S,
  onPoolCreated: (pool: pg.Pool) => void keepSteady(pool),
});

/**
 * Gives each client of a pool an `error` listener for life: the pool listens only while they are idle, and an unheard
 * `error` event ends the process. Whoever holds the client learns of the loss by its next query.
 */
export function keepSteady(pool: pg.Pool): pg.Pool {
  const held = new Set<pg.PoolClient>();
  pool.on('error', ignore).on('connect', (client) => {
    client.on('error', ignore);
    client.once('end', () => held.has(client) && takeBack(client));
  });
  pool.on('acquire', (client) => void held.add(client));
  pool.on('release', (error: unknown, client) => {
    held.delete(client);
    if (isReadOnly(error)) dropIdle(pool);
  });
  return pool;
}

/**
 * Releases a client for a holder that may not do so: the query builder below MikroORM keeps a connection whose rollback
 * failed, and its place in the pool would be lost. A later release is ignored, because the pool throws at a second one.
 */
function takeBack(client: pg.PoolClient): void {
  client.release(true);
  client.release = ignore;
}

/** Closes the idle connections. After a fail-over they may lead to a server that is a standby now. */
export function dropIdle(pool: pg.Pool): void {
  for (let left = pool.idleCount; left > 0; left--)
    void pool.connect().then((client) => client.release(true), ignore);
}

const isReadOnly = (error: unknown): boolean => {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && sqlTrouble(code) === 'read_only';
};

/** Throws unless a write would work; writes nothing. Connections to a read-only server are closed. */
export async function checkWritable(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ reads_only: boolean }>(
    `select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as reads_only`,
  );
  if (rows[0]?.reads_only === false) return;
  dropIdle(pool);
  throw Object.assign(new Error('The database is read-only at the moment.'), { code: '25006' });
}

/** Runs `work` in one transaction on one connection; a lost connection rejects it and is not used again. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  { idleInTransactionMs = IDLE_IN_TRANSACTION_MS }: PoolOptions = {},
): Promise<T> {
  const client = await pool.connect();
  const loss = watch(client);
  let broken: Error | undefined;
  try {
    // Set for the transaction: poolers refuse settings of a connection, or share them among clients.
    await client.query(`begin; set local idle_in_transaction_session_timeout = ${idleInTransactionMs}`);
    const result = await work(client);
    loss.check();
    await client.query('commit').catch(loseCommit);
    return result;
  } catch (error) {
    const told = loss.explain(error);
    broken = isLostSession(told) ? told : await client.query('rollback').then(nothing, asError);
    throw told;
  } finally {
    loss.stop();
    client.release(broken);
  }
}

const asError = (error: Error): Error => error;

/** The commit's outcome is unknown. Everything that commits may be repeated and finds what was written. */
class LostCommit extends Error {
  override readonly name = 'LostCommit';
  readonly code = '08007'; // transaction_resolution_unknown

  constructor(cause: Error) {
    super(
      'The connection was lost during the commit, so nobody knows whether it was written. Do the same again.',
      { cause },
    );
  }
}

function loseCommit(error: Error): never {
  throw isLostSession(error) ? new LostCommit(error) : error;
}

interface Loss {
  /** Throws the server's reason if the connection has ended. */
  check(): void;
  /** Replaces the driver's error after a loss with the server's reason; other errors stay. */
  explain<E>(error: E): E | Error;
  stop(): void;
}

function watch(client: pg.PoolClient): Loss {
  let first: Error | undefined;
  const listen = (error: Error): void => void (first ??= error);
  client.on('error', listen);
  return {
    check() {
      if (first !== undefined) throw first;
    },
    explain: (error) =>
      first !== undefined && isLostSession(error) && !(error instanceof LostCommit) ? first : error,
    stop: () => void client.off('error', listen),
  };
}
