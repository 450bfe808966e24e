import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { applyTransfer, closeTransfer, readBalance, sumAccount, type NewTransfer } from '../../db/ledger.ts';
import { findImbalances } from './support/imbalances.ts';
import { escrowAccount, reserveAccount, worldAccount, type AccountRef } from '../../domain/accounts.ts';
import { move, type Entry } from '../../domain/ledger.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

const WEI: Asset = { id: 'test:1/token:wei', code: 'WEI', network: 'test:1', address: 'wei', decimals: 18 };
const LARGEST = 10n ** 78n - 1n;
let database: FreshDatabase;
let db: Database;
beforeAll(async () => {
  database = await freshDatabase();
  db = await openDatabase(database.url, { poolSize: 32 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

let names = 0;
const name = (): string => `n${++names}`;
const world = worldAccount(WEI);
const account = (): AccountRef => escrowAccount('t', name(), WEI);
const transfer = (entries: Entry[], over: Partial<NewTransfer> = {}): NewTransfer => ({
  id: name(),
  kind: 'funding',
  state: 'posted',
  tenant: 't',
  entries,
  ...over,
});
const apply = (entries: Entry[], over?: Partial<NewTransfer>) =>
  applyTransfer(db.pool, transfer(entries, over));
const balance = ({ account: id }: AccountRef) => readBalance(db.pool, id);
const entry = (to: AccountRef, amount: bigint): Entry => ({ ...to, amount });

async function funded(amount: bigint): Promise<AccountRef> {
  const to = account();
  expect(await apply(move(world, to, amount))).toBe('applied');
  return to;
}

/** The SQL function itself, without the checks of the process. Anybody with the pool could call it like this. */
const raw = (accounts: AccountRef[], amounts: string[], id = name()) =>
  db.pool.query(
    `select ledger_record($1, 'funding', 'posted', 't', null, null, '{}', $2::text[], $3::numeric[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[])`,
    [
      id,
      accounts.map((one) => one.account),
      amounts,
      accounts.map((one) => one.tenant),
      accounts.map((one) => one.kind),
      accounts.map((one) => one.owner),
      accounts.map((one) => one.asset),
      accounts.map((one) => one.capped),
    ],
  );

describe('an account that a transfer names more than once', () => {
  test('is judged by the sum of its entries', async () => {
    const from = await funded(100n);
    const to = account();
    expect(await apply([entry(from, -60n), entry(from, -60n), entry(to, 120n)])).toBe('insufficient');
    expect(await apply([entry(from, -60n), entry(from, -40n), entry(to, 100n)])).toBe('applied');
    expect([await balance(from), await balance(to)]).toMatchObject([{ posted: 0n }, { posted: 100n }]);
  });

  test('on both sides creates no money, posted or pending', async () => {
    const own = await funded(100n);
    expect(await apply([entry(own, -70n), entry(own, 70n)])).toBe('applied');
    expect(await balance(own)).toEqual({ posted: 100n, held: 0n, available: 100n });
    expect(await apply([entry(own, -101n), entry(own, 101n)], { state: 'pending' })).toBe('insufficient');
    const id = name();
    expect(await apply([entry(own, -70n), entry(own, 70n)], { id, state: 'pending' })).toBe('applied');
    expect(await balance(own)).toEqual({ posted: 100n, held: 70n, available: 30n });
    await closeTransfer(db.pool, id, 'posted');
    expect(await balance(own)).toEqual({ posted: 100n, held: 0n, available: 100n });
  });

  test('cannot go below zero by being called uncapped', async () => {
    const own = await funded(5n);
    expect(await apply(move({ ...own, capped: false }, world, 6n))).toBe('insufficient');
    expect(await balance(own)).toMatchObject({ posted: 5n });
  });
});

describe('amounts', () => {
  test('up to 78 digits are kept digit for digit, and one digit more is refused without a trace', async () => {
    const odd =
      123_456_789_012_345_678_901_234_567_890_123_456_789_012_345_678_901_234_567_890_123_456_789_012_345_678n;
    const [to, full] = [await funded(odd), await funded(LARGEST)];
    expect(await balance(to)).toMatchObject({ posted: odd });
    expect(await apply(move(to, full, 1n)).catch(({ code }: { code: string }) => code)).toBe('22003');
    expect(await apply(move(world, full, 1n)).catch(({ code }: { code: string }) => code)).toBe('22003');
    expect([await balance(to), await balance(full)]).toMatchObject([{ posted: odd }, { posted: LARGEST }]);
    expect(await apply(move(full, world, LARGEST), { state: 'pending' })).toBe('applied');
    expect(await apply(move(full, world, 1n))).toBe('insufficient');
    expect(await balance(full)).toEqual({ posted: LARGEST, held: LARGEST, available: 0n });
  });

  test.each([
    ['fractions that round to something else', ['0.5', '0.5', '-1']],
    ['a fraction of a unit', ['0.4', '0.6', '-1']],
    ['no number', ['NaN', 'NaN', 'NaN']],
    ['no end', ['Infinity', '0', '-Infinity']],
    ['nothing at all', ['0', '1', '-1']],
    ['more than 78 digits', [`1${'0'.repeat(78)}`, '1', `-1${'0'.repeat(77)}1`]],
  ])('of %s are refused by the database itself', async (_what, amounts) => {
    const three = [account(), account(), world];
    await expect(raw(three, amounts)).rejects.toThrow();
    for (const one of three.slice(0, 2)) expect(await balance(one)).toMatchObject({ posted: 0n, held: 0n });
    expect(await findImbalances(db)).toEqual([]);
  });
});

describe('one id', () => {
  test('for different entries at once records one of them; the others are refused, and move nothing', async () => {
    const from = await funded(1000n);
    const id = name();
    const to = Array.from({ length: 16 }, account);
    const ends = await Promise.allSettled(
      to.map((one, index) => apply(move(from, one, BigInt(index + 1)), { id })),
    );
    const won = ends.flatMap((end, index) => (end.status === 'fulfilled' ? [index] : []));
    expect(won).toHaveLength(1);
    for (const end of ends)
      if (end.status === 'rejected') expect((end.reason as { code: string }).code).toBe('LE001');
    const amounts = await Promise.all(to.map(async (one) => (await balance(one)).posted));
    expect(amounts).toEqual(to.map((_, index) => (won.includes(index) ? BigInt(index + 1) : 0n)));
    expect(await balance(from)).toMatchObject({ posted: 1000n - BigInt(won[0]! + 1) });
  });
});

describe('thirty-two writers', () => {
  test('that move money among the same guarded accounts in every order neither deadlock nor lose a unit', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => funded(1000n)));
    let seed = 7;
    const next = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
    const writer = async (): Promise<void> => {
      for (let turn = 0; turn < 15; turn++) {
        const order = all.toSorted(() => next(3) - 1).slice(0, 4) as [Entry, Entry, Entry, Entry];
        const [a, b, c, d] = order;
        const [one, two] = [BigInt(1 + next(9)), BigInt(1 + next(9))];
        const id = name();
        const entries = [entry(a, -one), entry(c, two), entry(b, one), entry(d, -two)];
        const done = await apply(entries, { id, state: next(2) === 0 ? 'pending' : 'posted' });
        if (done === 'applied' && next(2) === 0) {
          const { rows } = await db.pool.query<{ state: string }>(
            'select state from transfer where id = $1',
            [id],
          );
          if (rows[0]!.state === 'pending')
            await closeTransfer(db.pool, id, next(2) === 0 ? 'posted' : 'voided');
        }
      }
    };
    await Promise.all(Array.from({ length: 32 }, writer));
    const balances = await Promise.all(all.map(balance));
    expect(balances.reduce((sum, { posted }) => sum + posted, 0n)).toBe(6000n);
    expect(balances.every(({ available }) => available >= 0n)).toBe(true);
    expect(await findImbalances(db)).toEqual([]);
  });

  test('that open new accounts together with old ones do not deadlock', async () => {
    const old = await Promise.all(Array.from({ length: 4 }, () => funded(10_000n)));
    for (let round = 0; round < 6; round++) {
      const fresh = Array.from({ length: 6 }, account);
      const done = await Promise.all(
        Array.from({ length: 32 }, (_, index) => {
          const [from, one, two] = [old[index % 4]!, fresh[index % 6]!, fresh[(index * 5 + 1) % 6]!];
          return apply([entry(two, 3n), entry(from, -8n), entry(one, 5n)]);
        }),
      );
      expect(new Set(done)).toEqual(new Set(['applied']));
    }
    expect(await findImbalances(db)).toEqual([]);
  });
});

test('a refusal for lack of money inside a caller’s transaction leaves that transaction usable', async () => {
  const from = await funded(10n);
  const reserve = reserveAccount('t', name(), WEI);
  await db.transaction(async (client) => {
    expect(await applyTransfer(client, transfer(move(from, reserve, 7n)))).toBe('applied');
    expect(await applyTransfer(client, transfer(move(from, reserve, 7n)))).toBe('insufficient');
    expect(await applyTransfer(client, transfer(move(from, reserve, 3n)))).toBe('applied');
  });
  expect([await balance(from), await balance(reserve)]).toMatchObject([{ posted: 0n }, { posted: 10n }]);
  expect(await sumAccount(db.pool, reserve.account)).toBe(10n);
});
