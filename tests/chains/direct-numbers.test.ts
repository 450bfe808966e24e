import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { takeNumbers } from '../../db/repositories/signers.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

const SCRIPT = fileURLToPath(new URL('support/take-numbers.ts', import.meta.url));
const [PROCESSES, TIMES] = [10, 5];
const SIGNER = { network: 'eip155:1', address: '0xsigner' };

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

const take = (count: number, used: number, signer = SIGNER): Promise<number> =>
  db.transaction((client) => takeNumbers(client, signer, count, used));

test('ten processes at once get every number once, without gaps', async () => {
  const run = async (): Promise<number[]> => {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, database.url, String(TIMES)]);
    return JSON.parse(stdout) as number[];
  };
  const taken = (await Promise.all(Array.from({ length: PROCESSES }, run))).flat();
  expect(taken.toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: PROCESSES * TIMES }, (_, index) => 5 + 2 * index),
  );
  for (let index = 0; index < PROCESSES; index++) {
    const own = taken.slice(index * TIMES, (index + 1) * TIMES);
    expect(own).toEqual(own.toSorted((left, right) => left - right));
  }
}, 60_000);

test('a transaction that is rolled back gives its number to the next one', async () => {
  const first = await take(1, 0);
  const broken = db.transaction(async (client) => {
    expect(await takeNumbers(client, SIGNER, 1, 0)).toBe(first + 1);
    throw new Error('the process dies');
  });
  await expect(broken).rejects.toThrow('the process dies');
  expect(await take(1, 0)).toBe(first + 1);
});

test('an account continues from what its chain has counted, and never goes back', async () => {
  const next = await take(1, 1_000);
  expect(next).toBe(1_000);
  expect(await take(1, 900)).toBe(1_001);
  expect(await take(1, 0, { ...SIGNER, network: 'eip155:2' })).toBe(0);
});
