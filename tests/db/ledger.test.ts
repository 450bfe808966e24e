import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { applyTransfer, closeTransfer, readBalance, sumAccount, type NewTransfer } from '../../db/ledger.ts';
import { escrowAccount, reserveAccount, worldAccount, type AccountRef } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

const USDC: Asset = {
  id: 'test:1/token:usdc',
  code: 'USDC',
  network: 'test:1',
  address: 'usdc',
  decimals: 6,
};

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

/** One thing that may happen in the ledger, by number, so that fast-check can shrink it. */
type Step =
  | { kind: 'move'; from: number; to: number; amount: number; pending: boolean }
  | { kind: 'repeat' | 'post' | 'void'; which: number };

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('move' as const),
      from: fc.nat(3),
      to: fc.nat(3),
      amount: fc.integer({ min: 1, max: 100 }),
      pending: fc.boolean(),
    }),
    fc.record({
      kind: fc.constantFrom('repeat' as const, 'post' as const, 'void' as const),
      which: fc.nat(30),
    }),
  ),
  { maxLength: 25 },
);

let world = 0;

/** The world and three accounts that may not go below zero, new ones for every example. */
function accounts(): AccountRef[] {
  world += 1;
  const tenant = `tenant ${world}`;
  const outside = { ...worldAccount(USDC), account: `world:${world}` };
  return [
    outside,
    escrowAccount(tenant, 'a', USDC),
    escrowAccount(tenant, 'b', USDC),
    reserveAccount(tenant, 'r', USDC),
  ];
}

/** What the ledger should say, kept beside it in plain numbers. */
interface Model {
  posted: number[];
  held: number[];
}

function take(model: Model, { from, to, amount, pending }: Extract<Step, { kind: 'move' }>): boolean {
  if (from > 0 && model.posted[from]! - model.held[from]! < amount) return false;
  if (pending) model.held[from]! += amount;
  else settle(model, from, to, amount);
  return true;
}

function settle(model: Model, from: number, to: number, amount: number): void {
  model.posted[from]! -= amount;
  model.posted[to]! += amount;
}

async function play(all: AccountRef[], script: readonly Step[]): Promise<Model> {
  const model: Model = { posted: [0, 0, 0, 0], held: [0, 0, 0, 0] };
  const made: { transfer: NewTransfer; step: Extract<Step, { kind: 'move' }>; state: string }[] = [];
  for (const [index, step] of script.entries()) {
    if (step.kind === 'move') {
      if (step.from === step.to) continue;
      const transfer: NewTransfer = {
        id: `${all[0]!.account}:${index}`,
        kind: 'funding',
        state: step.pending ? 'pending' : 'posted',
        tenant: 'test',
        entries: move(all[step.from]!, all[step.to]!, BigInt(step.amount)),
      };
      const expected = take(model, step) ? 'applied' : 'insufficient';
      expect(await applyTransfer(db.pool, transfer)).toBe(expected);
      if (expected === 'applied') made.push({ transfer, step, state: transfer.state });
      continue;
    }
    const target = made.length > 0 ? made[step.which % made.length] : undefined;
    if (target === undefined) continue;
    if (step.kind === 'repeat') expect(await applyTransfer(db.pool, target.transfer)).toBe('exists');
    else await close(model, target, step.kind === 'post' ? 'posted' : 'voided');
  }
  return model;
}

async function close(
  model: Model,
  target: { transfer: NewTransfer; step: Extract<Step, { kind: 'move' }>; state: string },
  wanted: 'posted' | 'voided',
): Promise<void> {
  const { transfer, step } = target;
  if (target.state === 'pending') {
    expect(await closeTransfer(db.pool, transfer.id, wanted)).toBe('closed');
    target.state = wanted;
    model.held[step.from]! -= step.amount;
    if (wanted === 'posted') settle(model, step.from, step.to, step.amount);
  } else if (target.state === wanted) {
    expect(await closeTransfer(db.pool, transfer.id, wanted)).toBe('exists');
  } else {
    await expect(closeTransfer(db.pool, transfer.id, wanted)).rejects.toThrow(/cannot become/);
  }
}

describe('the ledger', () => {
  test('does what plain arithmetic says, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const all = accounts();
        const model = await play(all, script);
        for (const [index, account] of all.entries()) {
          expect(await sumAccount(db.pool, account.account)).toBe(BigInt(model.posted[index]!));
          if (index === 0) continue;
          const { posted, held } = await readBalance(db.pool, account.account);
          expect([posted, held]).toEqual([BigInt(model.posted[index]!), BigInt(model.held[index]!)]);
          expect(posted).toBeGreaterThanOrEqual(held);
        }
        expect(model.posted.reduce((sum, amount) => sum + amount, 0)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test('lets through just what an account has when everybody draws at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 12 }),
        async (amounts) => {
          const [outside, purse, other] = accounts() as [AccountRef, AccountRef, AccountRef];
          const fill = {
            id: `fill:${purse.account}`,
            kind: 'deposit',
            state: 'posted',
            tenant: 'test',
          } as const;
          await applyTransfer(db.pool, { ...fill, entries: move(outside, purse, 100n) });
          const results = await Promise.all(
            amounts.map((amount, index) =>
              applyTransfer(db.pool, {
                id: `draw:${purse.account}:${index}`,
                kind: 'reserve',
                state: index % 2 === 0 ? 'pending' : 'posted',
                tenant: 'test',
                entries: move(purse, other, BigInt(amount)),
              }),
            ),
          );
          const drawn = amounts
            .filter((_, index) => results[index] === 'applied')
            .reduce((sum, amount) => sum + amount, 0);
          expect((await readBalance(db.pool, purse.account)).available).toBe(BigInt(100 - drawn));
          const refused = amounts.filter((_, index) => results[index] === 'insufficient');
          expect(refused.every((amount) => amount > 100 - drawn)).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });

  test.each(['pending', 'posted'] as const)(
    'a %s transfer that takes everything is found, not refused, by whoever repeats it',
    async (state) => {
      for (let round = 0; round < 5; round++) {
        const [outside, purse, other] = accounts() as [AccountRef, AccountRef, AccountRef];
        const fill = {
          id: `fill:${purse.account}`,
          kind: 'deposit',
          state: 'posted',
          tenant: 'test',
        } as const;
        await applyTransfer(db.pool, { ...fill, entries: move(outside, purse, 10n) });
        const draw = { id: `draw:${purse.account}`, kind: 'reserve', state, tenant: 'test' } as const;
        const results = await Promise.all(
          Array.from({ length: 8 }, () =>
            applyTransfer(db.pool, { ...draw, entries: move(purse, other, 10n) }),
          ),
        );
        expect(results.toSorted()).toEqual(['applied', ...Array.from({ length: 7 }, () => 'exists')]);
        expect((await readBalance(db.pool, purse.account)).available).toBe(0n);
      }
    },
  );

  test('an account keeps the asset that it began with', async () => {
    const [outside, purse] = accounts() as [AccountRef, AccountRef];
    const first = { id: `asset:${purse.account}`, kind: 'deposit', state: 'posted', tenant: 'test' } as const;
    await applyTransfer(db.pool, { ...first, entries: move(outside, purse, 5n) });
    const others = [outside, purse].map((one) => ({ ...one, asset: 'test:1/token:other' })) as [
      AccountRef,
      AccountRef,
    ];
    await expect(
      applyTransfer(db.pool, { ...first, id: `${first.id}:2`, entries: move(...others, 5n) }),
    ).rejects.toThrow(/another asset/);
    expect((await readBalance(db.pool, purse.account)).available).toBe(5n);
  });

  test('sums to zero in every asset over everything that was ever posted', async () => {
    const { rows } = await db.pool.query(
      `select a.asset, sum(e.amount) from entry e join transfer t on t.id = e.transfer_id join account a on a.id = e.account_id
       where t.state = 'posted' group by a.asset having sum(e.amount) <> 0`,
    );
    expect(rows).toEqual([]);
  });

  test('refuses the same name for other entries, and entries that do not balance', async () => {
    const [outside, purse] = accounts() as [AccountRef, AccountRef];
    const first = { id: `once:${purse.account}`, kind: 'deposit', state: 'posted', tenant: 'test' } as const;
    expect(await applyTransfer(db.pool, { ...first, entries: move(outside, purse, 5n) })).toBe('applied');
    await expect(applyTransfer(db.pool, { ...first, entries: move(outside, purse, 6n) })).rejects.toThrow(
      /other entries/,
    );
    const lopsided = [...move(outside, purse, 5n), { ...purse, amount: 1n }];
    await expect(applyTransfer(db.pool, { ...first, id: 'lopsided', entries: lopsided })).rejects.toThrow(
      /sum to zero/,
    );
  });
});
