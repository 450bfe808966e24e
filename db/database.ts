import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { entities } from './entities.ts';

/** Rows of hot paths go through one pool as raw SQL; records of cold paths through MikroORM (ARCHITECTURE, "db"). */
export interface Database {
  readonly pool: pg.Pool;
  readonly orm: MikroORM;
  /** A fresh identity map: one per request or activity. */
  em(): EntityManager;
  /** Runs `work` in one transaction on one connection. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

// Amounts are numeric(78,0): they stay text until domain code makes them bigint. int8 ids and positions fit a number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const CONNECT_MS = 5000; // a database that swallows packets must not hold requests for ever

/**
 * A process that is stopped inside a transaction holds its locks as long as its connection lives. After so long the server
 * ends the connection: the transaction never was, and the process is told so when it goes on.
 */
const IDLE_IN_TRANSACTION_MS = 30_000;

export interface DatabaseOptions {
  poolSize?: number;
  idleInTransactionMs?: number;
}

export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const clientUrl = normaliseUrl(url);
  const pool = new pg.Pool({
    connectionString: clientUrl,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: CONNECT_MS,
  });
  pool.on('error', () => undefined); // an idle connection died; the next query opens another and reports for itself
  // With the transaction, not with the connection: poolers in between refuse or share what belongs to a connection.
  const begin = `begin; set local idle_in_transaction_session_timeout = ${options.idleInTransactionMs ?? IDLE_IN_TRANSACTION_MS}`;
  const orm = await MikroORM.init({
    entities,
    clientUrl,
    pool: { min: 0, max: 5 },
    discovery: { warnWhenNoEntities: false },
  });
  return {
    pool,
    orm,
    em: () => orm.em.fork(),
    transaction: (work) => inTransaction(pool, begin, work),
    close: async () => {
      await orm.close(true);
      await pool.end();
    },
  };
}

/** `postgresql+asyncpg://` of the original documents is accepted. */
export function normaliseUrl(url: string): string {
  return url.replace(/^postgres(ql)?(\+\w+)?:/, 'postgresql:');
}

async function inTransaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  let lost: Error | undefined;
  const lose = (error: Error): void => void (lost ??= error); // what the next query says is less
  client.on('error', lose);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw lost ?? error;
  } finally {
    client.off('error', lose);
    client.release(lost ?? broken);
  }
}
