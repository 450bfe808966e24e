import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { findDifferences } from '../../db/repositories/reconciliation.ts';
import { moveTreasury, treasuryOf } from '../../db/repositories/treasury.ts';
import { formatUnits } from '../../domain/money.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { sol } from './support/desk.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'treasury.ts');
let database: FreshDatabase;
let db: Database;
beforeAll(async () => {
  database = await freshDatabase();
  db = await openDatabase(database.url);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const treasury = (...args: string[]) =>
  promisify(execFile)(process.execPath, [SCRIPT, ...args], {
    env: { PATH: process.env['PATH'], DATABASE_URL: database.url, SOLANA_CAIP2: sol.network },
  });

const put = (id: string, amount: bigint, from: 'world' | 'float' = 'world') =>
  moveTreasury(db.pool, { id, asset: sol, amount, from, note: 'for our own agents', by: 'tester' });

test('the operator puts money into the treasury and takes it out, once each, never more than there is', async () => {
  expect(await put('first', 2_500n)).toBe(true);
  expect(await put('first', 2_500n)).toBe(true);
  expect(await put('more than the float has', 1_000n, 'float')).toBe(false);
  expect(await put('to the float', -1_000n, 'float')).toBe(true);
  expect(await put('from the float', 1_000n, 'float')).toBe(true);
  expect(await put('too much', -2_501n)).toBe(false);
  expect(await put('back', -500n)).toBe(true);
  expect(await treasuryOf(db.pool, sol)).toBe(2_000n);
  expect(await findDifferences(db, 0)).toEqual([]);
});

test('does so from the command line, with a reason, and the audit trail has it', async () => {
  const before = await treasuryOf(db.pool, sol);
  const told = await treasury(
    'put',
    '2.5',
    '--asset',
    sol.id,
    '--note',
    'for our own agents',
    '--id',
    'told',
  );
  const now = await treasuryOf(db.pool, sol);
  expect(now - before).toBe(2_500_000_000n);
  expect(told.stdout).toBe(`${formatUnits(now, 9)} SOL  ${sol.id}\n`);
  await expect(treasury('put', '1', '--asset', sol.id)).rejects.toMatchObject({
    stderr: 'Why? Say it with --note; it is kept with the booking.\n',
  });
  const { rows } = await db.pool.query(`select action, object from audit where actor = 'command line'`);
  expect(rows).toEqual([{ action: 'treasury put', object: 'told' }]);
});
