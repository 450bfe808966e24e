import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBalance } from '../../db/ledger.ts';
import { findDifferences } from '../../db/repositories/reconciliation.ts';
import { escrowAccount, reserveAccount, treasuryAccount } from '../../domain/accounts.ts';
import { escrowSummary } from '../../db/escrow/escrow.ts';
import { evmUsdc, landed, openDesk, TENANT, usdc, type Desk } from './support/desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const balance = async (account: string): Promise<bigint> => (await readBalance(desk.db.pool, account)).posted;
const treasury = (asset = usdc): Promise<bigint> => balance(treasuryAccount(asset).account);

/** Every transfer sums to zero, no payment differs from its transfer, and each chain holds what the ledger says. */
async function expectBooksToAgree(): Promise<void> {
  const kinds = ['over_approval', 'cost_differs', 'reserve_left']; // these runs were neither approved nor told to cost
  const found = (await findDifferences(desk.db, 0)).filter(({ kind }) => !kinds.includes(kind));
  expect(found).toEqual([]);
  const { findings, positions } = await desk.custody();
  expect(findings).toEqual([]);
  expect(positions.filter(({ drift }) => drift !== 0n)).toEqual([]);
}

describe('a run that pays from the treasury', () => {
  test.each([
    ['the chain of the escrows', usdc],
    ['another chain', evmUsdc],
  ])(
    'on %s takes from it what it pays, and gives back what it does not and what is refunded',
    async (_, asset) => {
      await desk.treasury(asset, 1_000n);
      const { runId, userId } = await desk.run({ purse: { kind: 'treasury' }, deposit: 700n });
      const before = await treasury(asset);
      const spent = await desk.paid({ runId, amount: 300n, asset, step: 'a' });
      const given = await desk.paid({ runId, amount: 200n, asset, step: 'b' });
      expect(await treasury(asset)).toBe(before - 500n);
      expect(await balance(reserveAccount(TENANT, runId, asset).account)).toBe(500n);
      await desk.shows(spent, landed());
      await desk.shows(given, { kind: 'void' });
      await desk.refund(runId, spent, 100n);
      await desk.end(runId);
      expect(await treasury(asset)).toBe(before - 200n);
      expect(await balance(escrowAccount(TENANT, userId, usdc).account)).toBe(700n);
      expect(await escrowSummary(desk.db.pool, TENANT, userId, [usdc])).toEqual([
        { asset: usdc, available: 700n, reserved: 0n, spent: 0n },
      ]);
      await expectBooksToAgree();
    },
  );

  test('never takes what users deposited: it waits, and the operator is told until there is more', async () => {
    const { runId } = await desk.run({ purse: { kind: 'treasury' }, deposit: 1_000_000n });
    const all = await treasury();
    const intentId = await desk.quote({ runId, amount: all + 10n });
    expect(await desk.sign(intentId)).toMatchObject({
      kind: 'refused',
      reason: 'treasury_short',
      shortBy: '10',
      message: expect.stringContaining('0.00001 USDC more than the treasury has') as string,
    });
    const open = async (): Promise<number> =>
      (
        await desk.db.pool.query(
          `select from attention where run_id = $1 and kind = 'treasury_short' and resolved_at is null`,
          [runId],
        )
      ).rowCount!;
    expect(await open()).toBe(1);
    expect(await desk.pay.checkFunds({ intentId })).toEqual({ funded: false });
    await desk.treasury(usdc, 10n);
    expect(await desk.pay.checkFunds({ intentId })).toEqual({ funded: true });
    expect(await open()).toBe(0);
    expect(await desk.sign(intentId)).toEqual({ kind: 'signed' });
    expect(await treasury()).toBe(0n);
    await expectBooksToAgree();
  });
});

describe('a run that pays from a budget', () => {
  test('spends the treasury as far as that budget goes, whomever the budget names', async () => {
    await desk.treasury(usdc, 10_000n);
    const budget = await desk.budget({ amount: 500n, appliesTo: { agent: 'agent-1' } });
    const { runId } = await desk.run({ purse: { kind: 'budget', budget, agent: 'agent-2' } });
    const first = await desk.paid({ runId, amount: 400n, step: 'a' });
    const more = await desk.quote({ runId, amount: 101n, step: 'b' });
    expect(await desk.sign(more)).toMatchObject({
      reason: 'budget_exhausted',
      room: { budget, missing: '1' },
    });
    await desk.shows(first, landed());
    await desk.end(runId);
    expect(await desk.standing(budget)).toEqual({ held: 0n, spent: 400n, carried: 0n });
    await expectBooksToAgree();
  });

  test('is limited by a budget that only warns others', async () => {
    await desk.treasury(usdc, 10_000n);
    const budget = await desk.budget({ amount: 100n, mode: 'warn' });
    const { runId } = await desk.run({ purse: { kind: 'budget', budget } });
    expect(await desk.sign(await desk.quote({ runId, amount: 101n }))).toMatchObject({
      reason: 'budget_exhausted',
      room: { budget, missing: '1' },
    });
  });

  test('whose budget is gone, or counts something else, pays nothing', async () => {
    const inEuros = await desk.budget({ amount: 500n, unit: 'EUR', appliesTo: { agent: 'nobody' } });
    for (const budget of [inEuros, `bud_${randomUUID()}`]) {
      const { runId } = await desk.run({ purse: { kind: 'budget', budget } });
      const intentId = await desk.quote({ runId, amount: 1n });
      expect(await desk.sign(intentId)).toMatchObject({ reason: 'budget_exhausted', room: { budget } });
      expect(await desk.pay.checkRoom({ intentId })).toMatchObject({ room: { budget } });
    }
  });
});

test('an agent’s budget is for the runs whose purse names it', async () => {
  const budget = await desk.budget({ amount: 100n, appliesTo: { agent: 'agent-9' } });
  const { runId } = await desk.run({ purse: { kind: 'escrow', agent: 'agent-9' }, deposit: 1_000n });
  await desk.paid({ runId, amount: 100n });
  expect(await desk.standing(budget)).toMatchObject({ held: 100n });
});

test('a run that pays from another’s escrow shows there, and nowhere else', async () => {
  const owner = await desk.run({ deposit: 1_000n });
  const { runId, userId } = await desk.run({ purse: { kind: 'escrow', owner: owner.userId }, deposit: 50n });
  const intentId = await desk.paid({ runId, amount: 300n });
  await desk.shows(intentId, landed());
  await desk.end(runId);
  const standing = async (user: string) => (await escrowSummary(desk.db.pool, TENANT, user, [usdc]))[0];
  expect(await standing(owner.userId)).toMatchObject({ available: 700n, spent: 300n });
  expect(await standing(userId)).toMatchObject({ available: 50n, spent: 0n });
  await expectBooksToAgree();
});

test('a run whose purse is nothing pays nothing', async () => {
  const { runId } = await desk.run({ purse: { kind: 'nothing' }, deposit: 1_000n });
  const intentId = await desk.quote({ runId, amount: 1n });
  expect(await desk.sign(intentId)).toMatchObject({
    kind: 'refused',
    reason: 'unsupported',
    message: expect.stringContaining('pay nothing') as string,
  });
});
