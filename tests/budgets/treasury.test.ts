import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { findDifferences } from '../../db/repositories/reconciliation.ts';
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
const about = ['--asset', sol.id, '--note', 'for our own agents'];

test('the operator puts money into the treasury and takes it out, once each, never more than there is', async () => {
  expect((await treasury('put', '2.5', ...about, '--id', 'first')).stdout).toBe(`2.5 SOL  ${sol.id}\n`);
  expect((await treasury('put', '2.5', ...about, '--id', 'first')).stdout).toBe(`2.5 SOL  ${sol.id}\n`);
  expect((await treasury('put', '1', ...about, '--float')).stdout).toBe(`3.5 SOL  ${sol.id}\n`);
  await expect(treasury('take', '3.500000001', ...about)).rejects.toMatchObject({
    stderr: 'The treasury has less than 3.500000001 SOL that no run holds.\n',
  });
  await treasury('take', '0.5', ...about);
  expect((await treasury('show')).stdout).toContain(`3 SOL  ${sol.id}\n`);
  await expect(treasury('put', '1', '--asset', sol.id)).rejects.toMatchObject({
    stderr: 'Why? Say it with --note; it is kept with the booking.\n',
  });
  expect(await findDifferences(db, 0)).toEqual([]);
  const { rows } = await db.pool.query(
    `select action, object from audit where actor = 'command line' order by id`,
  );
  expect(rows).toContainEqual({ action: 'treasury put', object: 'first' });
});
