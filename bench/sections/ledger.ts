import pg from 'pg';
import { applyTransfer, closeTransfer } from '../../db/ledger.ts';
import type { AccountRef } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import type { Bench } from '../bench.ts';
import { closedLoop } from '../harness/load.ts';
import { duel, ratio, type Contender, type Grid, type Ratio } from './cells.ts';

export const LEDGER = 'two-phase transfer';
export const BY_HAND = 'two updates and an insert by hand';

/** Who pays whom: many to many; many to one account without a cap; one account with a cap to many. */
export const SHAPES = ['many accounts', 'one hot payee', 'one hot payer'] as const;
export type Shape = (typeof SHAPES)[number];

export interface LedgerResult {
  shapes: { [shape in Shape]: { grid: Grid; ratios: { [writers: number]: Ratio } } };
}

const WRITERS = [1, 8, 32] as const;
const ACCOUNTS = 500;
const PLENTY = 10n ** 15n;

/**
 * Transfers a second on the stack's own PostgreSQL. Ours holds each transfer (pending) and then posts it, as for every
 * payment. The other one is a transaction written by hand. Both make the same number of transfers over connections of
 * one pool.
 */
export async function measureLedger({ database, quick, say }: Bench): Promise<LedgerResult> {
  const { host, port, user, database: name, password } = database;
  const pool = new pg.Pool({ host, port, user, database: name, password, max: Math.max(...WRITERS) });
  try {
    await prepare(pool);
    const shapes = {} as LedgerResult['shapes'];
    for (const shape of SHAPES) {
      say(`  ${shape}`);
      const contenders = [twoPhase(pool, shape), byHand(pool, shape)];
      for (const contender of contenders) await contender.load(200, 4); // fills connections, plans and caches
      const levels = WRITERS.map((writers) => ({ concurrency: writers, count: quick ? 400 : 2000 }));
      const grid = await duel(contenders, levels, quick ? 1 : 3, say);
      const ratios = Object.fromEntries(
        WRITERS.map((writers) => [writers, ratio(grid[writers]![LEDGER]!, grid[writers]![BY_HAND]!)]),
      );
      shapes[shape] = { grid, ratios };
    }
    return { shapes };
  } finally {
    await pool.end();
  }
}

const account = (index: number, capped: boolean): AccountRef => ({
  account: `bench:${capped ? 'payer' : 'payee'}:${index}`,
  tenant: 'bench',
  kind: capped ? 'reserve' : 'payee',
  owner: `bench ${index}`,
  asset: 'bench:1/token:bench',
  capped,
});

const world: AccountRef = { ...account(0, false), account: 'bench:world', kind: 'world' };

async function prepare(pool: pg.Pool): Promise<void> {
  for (let index = 0; index < ACCOUNTS; index++)
    await applyTransfer(pool, {
      id: `bench:fund:${index}`,
      kind: 'funding',
      state: 'posted',
      tenant: 'bench',
      entries: move(world, account(index, true), PLENTY),
    });
  await pool.query(
    'create table if not exists bench_account (id text primary key, balance numeric not null check (balance >= 0))',
  );
  await pool.query(
    'create table if not exists bench_transfer (id text primary key, payer text not null, payee text not null, amount numeric not null)',
  );
  await pool.query(
    `insert into bench_account select kind || n, $2 from generate_series(0, $1 - 1) n, unnest(array['payer:', 'payee:']) kind on conflict do nothing`,
    [ACCOUNTS, PLENTY.toString()],
  );
}

let made = 0;
const nextId = (): string => `bench:${process.pid}:${++made}`;
const anyIndex = (): number => Math.floor(Math.random() * ACCOUNTS);

const pairOf = (shape: Shape): { payer: number; payee: number } => ({
  payer: shape === 'one hot payer' ? 0 : anyIndex(),
  payee: shape === 'one hot payee' ? 0 : anyIndex(),
});

const twoPhase = (pool: pg.Pool, shape: Shape): Contender => ({
  name: LEDGER,
  load: (count, writers) =>
    closedLoop(count, writers, async () => {
      const { payer, payee } = pairOf(shape);
      const id = nextId();
      const entries = move(account(payer, true), account(payee, false), 1n);
      const applied = await applyTransfer(pool, {
        id,
        kind: 'payment',
        state: 'pending',
        tenant: 'bench',
        entries,
      });
      if (applied !== 'applied') throw new Error(`a transfer of the bench was ${applied}`);
      await closeTransfer(pool, id, 'posted');
    }),
});

const byHand = (pool: pg.Pool, shape: Shape): Contender => ({
  name: BY_HAND,
  load: (count, writers) =>
    closedLoop(count, writers, async () => {
      const { payer, payee } = pairOf(shape);
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query({
          name: 'bench_take',
          text: 'update bench_account set balance = balance - 1 where id = $1',
          values: [`payer:${payer}`],
        });
        await client.query({
          name: 'bench_give',
          text: 'update bench_account set balance = balance + 1 where id = $1',
          values: [`payee:${payee}`],
        });
        await client.query({
          name: 'bench_note',
          text: 'insert into bench_transfer (id, payer, payee, amount) values ($1, $2, $3, 1)',
          values: [nextId(), `payer:${payer}`, `payee:${payee}`],
        });
        await client.query('commit');
      } finally {
        client.release();
      }
    }),
});
