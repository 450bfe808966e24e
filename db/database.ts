import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import {
  inTransaction,
  keepSteady,
  normaliseUrl,
  QUERY_MS,
  STEADY,
  steadyDriver,
  type PoolOptions,
} from './connections.ts';
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

export async function openDatabase(
  url: string,
  options: { poolSize?: number } & PoolOptions = {},
): Promise<Database> {
  const clientUrl = normaliseUrl(url);
  const pool = new pg.Pool({
    ...STEADY,
    connectionString: clientUrl,
    max: options.poolSize ?? 10,
    query_timeout: options.queryMs ?? QUERY_MS,
  });
  keepSteady(pool);
  const orm = await MikroORM.init({
    entities,
    clientUrl,
    pool: { min: 0, max: 5 },
    driverOptions: steadyDriver(options),
    logger: ignoreLines, // it would print lost connections between our JSON lines; the query rejects anyway
    discovery: { warnWhenNoEntities: false },
  });
  return {
    pool,
    orm,
    em: () => orm.em.fork(),
    transaction: (work) => inTransaction(pool, work, options),
    close: async () => {
      await orm.close(true);
      await pool.end();
    },
  };
}

const ignoreLines = (): void => undefined;
