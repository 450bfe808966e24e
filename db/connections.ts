import pg from 'pg';
import { isLostSession, sqlTrouble } from '../domain/outside-errors.ts';

/**
 * A host that is gone answers nothing, not even "no": probes find that out while we wait for an answer, and the time of a
 * query ends what no probe can find (bytes that were never acknowledged).
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
const ORM_LIFETIME_S = 60; // its pool tells nobody of refused statements, so a server that became read-only is left by age

export interface PoolOptions {
  /** How long one statement may take; longer means that its server is gone. */
  queryMs?: number | undefined;
  /**
   * A process that is stopped inside a transaction holds its locks as long as its connection lives. After so long the
   * server ends the connection: the transaction never was, and the process is told so when it goes on.
   */
  idleInTransactionMs?: number | undefined;
}

const ignore = (): void => undefined;
const nothing = (): undefined => undefined;

/** `postgresql+asyncpg://` of the original documents is accepted. */
export function normaliseUrl(url: string): string {
  return url.replace(/^postgres(ql)?(\+\w+)?:/, 'postgresql:');
}

/** A connection of its own, outside all pools. When it is lost, what it does rejects, and the process goes on. */
export function createClient(url: string, more: pg.ClientConfig = {}): pg.Client {
  const client = new pg.Client({ ...STEADY, connectionString: normaliseUrl(url), ...more });
  client.on('error', ignore); // whoever waits for an answer is told by the answer
  return client;
}

/** What MikroORM's driver needs for the same. */
export const steadyDriver = ({ queryMs = QUERY_MS }: PoolOptions = {}): object => ({
  ...STEADY,
  query_timeout: queryMs,
  maxLifetimeSeconds: ORM_LIFETIME_S,
  onPoolCreated: (pool: pg.Pool) => void keepSteady(pool),
});

/**
 * The pool listens to its clients only while they are idle, and an `error` event that nobody hears ends the process. So
 * each client has a listener for life; who holds it learns of the loss by the next answer.
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
 * The query builder below MikroORM never gives a connection back on which even the rollback failed; its place in the pool
 * would be lost with it. Giving it back a second time is an error of the pool's, so who does so later is not heard.
 */
function takeBack(client: pg.PoolClient): void {
  client.release(true);
  client.release = ignore;
}

/** After a fail-over connections may still lead to what is a standby now: those that are idle are not used again. */
export function dropIdle(pool: pg.Pool): void {
  for (let left = pool.idleCount; left > 0; left--)
    void pool.connect().then((client) => client.release(true), ignore);
}

const isReadOnly = (error: unknown): boolean => {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && sqlTrouble(code) === 'read_only';
};

/** Throws unless a write would work; writes nothing. What leads to a server that only reads is not used again. */
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
    // With the transaction, not with the connection: poolers in between refuse or share what belongs to a connection.
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

/** Nobody knows whether it was written; everything that commits may be done again, and finds it if it was. */
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
  /** Throws what the server said about the end of the connection, if it has ended. */
  check(): void;
  /** The server's own words instead of the driver's after them; other errors as they are. */
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
