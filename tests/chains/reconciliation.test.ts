import { randomUUID } from 'node:crypto';
import { Contract, Wallet } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRails } from '../../activities/payments/rails.ts';
import { sampleToken } from '../../contracts/sample-token.ts';
import { applyTransfer, closeTransfer, readBalance } from '../../db/ledger.ts';
import { getRun } from '../../db/repositories/runs.ts';
import { escrowAccount, payeeAccount, worldAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import { move } from '../../domain/ledger.ts';
import type { FindingKind } from '../../domain/reconciliation.ts';
import { createBooks, type Books, type Told } from './support/books.ts';
import { buy, quoteFor, request, soon } from './support/buying.ts';
import {
  attentionKinds,
  evmProvider,
  paymentOf,
  reserveOf,
  sweepUntil,
  WAYS,
  type Way,
} from './support/looking.ts';
import {
  crashAt,
  paidStep,
  railsConfig,
  startMoneyStack,
  TENANT,
  type MoneyStack,
} from './support/money-stack.ts';

let stack: MoneyStack;
let books: Books;
beforeAll(async () => {
  stack = await startMoneyStack();
  books = createBooks(stack);
});
afterAll(() => stack.stop());

const sql = (text: string, values: unknown[] = []) => stack.db.pool.query(text, values);

/** A run that was approved up to 1 USDC (or SOL) and has as much in escrow. */
async function approvedRun(code: string): Promise<{ runId: string; userId: string }> {
  const run = await stack.newRun(code, 1_000_000n);
  await sql(`update run set start_state = 'started', view = $2 where id = $1`, [
    run.runId,
    { approval: { limits: { maxTotalAmount: '1000000' } } },
  ]);
  return run;
}

interface Purchase {
  runId: string;
  userId: string;
  intentId: string;
}

/** Buys for 0.25 and waits until it is posted. */
async function purchase({ path, code }: Way): Promise<Purchase> {
  const activities = stack.activities();
  const { runId, userId } = await approvedRun(code);
  const call = request(runId, paidStep(stack.seller.url + path), code);
  const { intentId } = await buy(activities, call);
  await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
  return { runId, userId, intentId };
}

const end = (runId: string, totalCost: string) =>
  sql(
    `update run set status = 'failed', finished_at = now() - interval '1 second', view = view || jsonb_build_object('totalCost', $2::text) where id = $1`,
    [runId, totalCost],
  );

const usdc = () => escrowAsset(stack.book, 'USDC')!;
const escrowOf = async (userId: string) =>
  (await readBalance(stack.db.pool, escrowAccount(TENANT, userId, usdc()).account)).available;

const EVM: Way = WAYS[0]!;
const SOLANA: Way = WAYS[1]!;

/** Findings of a kind, about one run where it is named. */
const found = (told: readonly Told[], kind: FindingKind, runId?: string): Told[] =>
  told.filter((one) => one.kind === kind && (runId === undefined || one.runId === runId));

test.each(WAYS)('after a payment of $code at $path chains, ledger and runs agree', async (way) => {
  await stack.newRun(way.code, 1_000_000n);
  await books.level();
  const { runId } = await purchase(way);
  await books.level(); // the deposit of the run is in the books only
  await end(runId, '250000');
  expect(await books.check()).toEqual([]);
});

test('a payment under way is no difference', async () => {
  const activities = stack.activities();
  const { runId } = await approvedRun('USDC');
  await books.level();
  const { intentId } = await buy(activities, request(runId, paidStep(`${stack.seller.url}/solana`), 'USDC'));
  expect(await books.check()).toEqual([]);
  await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
  expect(await books.check()).toEqual([]);
});

describe('inside the ledger', () => {
  beforeEach(() => books.level());

  test('a transfer that does not sum to zero is for a person, until it is corrected', async () => {
    const { runId, intentId } = await purchase(SOLANA);
    const spoil = (by: number) =>
      sql(`update entry set amount = amount + $2 where transfer_id = $1 and account_id like 'payee:%'`, [
        `payment:${intentId}`,
        by,
      ]);
    await spoil(1);
    const told = await books.check();
    expect(found(told, 'unbalanced_transfer', runId)).toMatchObject([
      { object: `payment:${intentId}`, repaired: false },
    ]);
    expect(await attentionKinds(stack, runId)).toContain('unbalanced_transfer');
    await books.check();
    expect(
      (await attentionKinds(stack, runId)).filter((kind) => kind === 'unbalanced_transfer'),
    ).toHaveLength(1);
    await spoil(-1);
    expect(found(await books.check(), 'unbalanced_transfer')).toEqual([]);
    expect(await attentionKinds(stack, runId)).not.toContain('unbalanced_transfer');
  });

  test('a guarded balance that differs from its entries is corrected', async () => {
    const { userId } = await approvedRun('USDC');
    const { account } = escrowAccount(TENANT, userId, usdc());
    await sql(
      'update account_balance set posted = posted + 5, pending_out = pending_out + 2 where account_id = $1',
      [account],
    );
    expect(found(await books.check(), 'balance_mismatch')).toMatchObject([
      { object: account, repaired: true },
    ]);
    expect(await readBalance(stack.db.pool, account)).toEqual({
      posted: 1_000_000n,
      held: 0n,
      available: 1_000_000n,
    });
  });

  test('a deposit that is marked as credited and is not in the ledger is found', async () => {
    const { userId } = await approvedRun('USDC');
    const signature = `seed-${randomUUID()}`;
    await sql(
      `insert into deposit (id, signature, tenant, user_id, asset, amount, status) values ($1, $1, $2, $3, $4, 7, 'credited')`,
      [signature, TENANT, userId, usdc().id],
    );
    expect(found(await books.check(), 'deposit_transfer')).toMatchObject([
      { object: signature, repaired: false },
    ]);
    await sql('delete from deposit where signature = $1', [signature]);
  });

  test('a withdrawal and a hold that contradict each other are found', async () => {
    const { userId } = await approvedRun('USDC');
    const id = `wd_${randomUUID()}`;
    await sql(
      `insert into withdrawal (id, tenant, user_id, asset, amount, destination, status) values ($1, $2, $3, $4, 7, 'x', 'finalized')`,
      [id, TENANT, userId, usdc().id],
    );
    await applyTransfer(stack.db.pool, {
      id: `withdrawal:other-${id}`,
      kind: 'withdrawal',
      state: 'pending',
      tenant: TENANT,
      entries: move(escrowAccount(TENANT, userId, usdc()), worldAccount(usdc()), 3n),
    });
    const told = await books.check();
    expect(found(told, 'withdrawal_transfer')).toMatchObject([{ object: id, repaired: false }]);
    expect(found(told, 'orphan_hold')).toMatchObject([{ object: `withdrawal:other-${id}`, repaired: false }]);
    await sql('delete from withdrawal where id = $1', [id]);
    await closeTransfer(stack.db.pool, `withdrawal:other-${id}`, 'voided');
  });
});

describe('between payments and the ledger', () => {
  beforeEach(() => books.level());

  test('a final payment whose transfer was left pending is posted, because its chain proves it', async () => {
    const { runId, intentId } = await purchase(SOLANA);
    await sql(`update transfer set state = 'pending', closed_at = null where id = $1`, [
      `payment:${intentId}`,
    ]);
    await sql(
      `update account_balance set posted = posted + 250000, pending_out = pending_out + 250000
       where account_id in (select account_id from entry where transfer_id = $1 and amount < 0)`,
      [`payment:${intentId}`],
    );
    expect(found(await books.check(), 'payment_transfer', runId)).toMatchObject([
      { object: intentId, repaired: true },
    ]);
    expect(await reserveOf(stack, runId, 'USDC')).toEqual({ posted: 0n, held: 0n, available: 0n });
    expect(found(await books.check(), 'payment_transfer')).toEqual([]);
  });

  test('a hold without a payment is found', async () => {
    const { runId, userId } = await approvedRun('USDC');
    await applyTransfer(stack.db.pool, {
      id: `payment:nobody-${runId}`,
      kind: 'payment',
      state: 'pending',
      tenant: TENANT,
      runId,
      data: { intentId: 'nobody' },
      entries: move(escrowAccount(TENANT, userId, usdc()), payeeAccount(TENANT, 'x', usdc()), 3n),
    });
    expect(found(await books.check(), 'orphan_hold', runId)).toMatchObject([{ repaired: false }]);
    await closeTransfer(stack.db.pool, `payment:nobody-${runId}`, 'voided');
  });

  test('a second payment of a step, and payments beyond what was approved, are found', async () => {
    const { runId, intentId } = await purchase(SOLANA);
    await sql(
      `insert into payment (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed)
       select id || '-again', tenant, run_id, step_id, 2, rail, network, asset, amount * 4, pay_to, 'unknown', quote_sealed from payment where id = $1`,
      [intentId],
    );
    const told = await books.check();
    expect(found(told, 'paid_twice', runId)).toMatchObject([{ object: `${runId}:buy`, repaired: false }]);
    expect(found(told, 'over_approval', runId)).toMatchObject([{ repaired: false }]);
    expect(found(told, 'payment_transfer', runId)).toMatchObject([{ object: `${intentId}-again` }]);
    await sql('delete from payment where id = $1', [`${intentId}-again`]);
  });
});

describe('between runs and the ledger', () => {
  beforeEach(() => books.level());

  test('money of an ended run is given back: its reserve, and what it held for a payment that was never signed', async () => {
    const { runId, userId } = await approvedRun('USDC');
    const activities = stack.activities({ checkpoint: crashAt('payment.prepared') });
    const ride = { runId, events: [] };
    await activities.reserveForRun({ ride, runId, revision: 1, upTo: '700000', asset: 'USDC' });
    const intentId = await quoteFor(
      activities,
      request(runId, paidStep(`${stack.seller.url}/solana`), 'USDC'),
    );
    await expect(activities.signPayment({ ride, intentId, signBeforeMs: soon() })).rejects.toThrow('crash');
    await end(runId, '0');
    const told = await books.check();
    expect(found(told, 'stale_hold', runId)).toMatchObject([{ object: intentId, repaired: true }]);
    expect(found(told, 'reserve_left', runId)).toMatchObject([{ repaired: true }]);
    expect(await escrowOf(userId)).toBe(1_000_000n);
    expect((await paymentOf(stack, intentId)).status).toBe('rejected');
  });

  test('the cost that a run tells is compared with its payments', async () => {
    const { runId } = await purchase(EVM);
    await end(runId, '240000');
    expect(found(await books.check(), 'cost_differs', runId)).toMatchObject([{ repaired: false }]);
    await end(runId, '250000');
    expect(found(await books.check(), 'cost_differs', runId)).toEqual([]);
  });

  test('a run whose workflow was terminated fails, and its money is given back', async () => {
    const { runId, userId } = await approvedRun('USDC');
    const ride = { runId, events: [] };
    await stack.activities().reserveForRun({ ride, runId, revision: 1, upTo: '700000', asset: 'USDC' });
    const state = (id: string) => Promise.resolve(id === runId ? ('closed' as const) : ('open' as const));
    const told = await books.check({ workflowState: state });
    expect(found(told, 'run_stranded', runId)).toMatchObject([{ repaired: true }]);
    expect(await escrowOf(userId)).toBe(1_000_000n);
    expect((await getRun(stack.db.pool, runId))!).toMatchObject({
      status: 'failed',
      view: { error: { code: 'WORKFLOW_LOST' } },
    });
  });

  test('a run that lost its workflow after it had paid tells what it paid, and that nothing was undone', async () => {
    const { runId } = await purchase(SOLANA);
    const state = (id: string) => Promise.resolve(id === runId ? ('closed' as const) : ('open' as const));
    const told = await books.check({ workflowState: state });
    expect(found(told, 'run_stranded', runId)).toMatchObject([{ repaired: true }]);
    expect((await getRun(stack.db.pool, runId))!.view).toMatchObject({
      totalCost: '250000',
      cost: [{ amount: '0.25', asset: 'USDC' }],
    });
    expect(await attentionKinds(stack, runId)).toContain('rollback_incomplete');
    expect(found(await books.check(), 'cost_differs', runId)).toEqual([]);
  });

  test('a payment that was unknown when its run ended does not belong to the cost that the run told', async () => {
    const { runId, intentId } = await purchase(SOLANA);
    const data = { step: 'buy', payment: { intentId, status: 'unknown' } };
    await sql(
      `select journal_append(jsonb_build_array(jsonb_build_object('run_id', $1::text, 'key', 'payment.unknown:late', 'type', 'payment.unknown', 'data', $2::jsonb)))`,
      [runId, JSON.stringify(data)],
    );
    await end(runId, '0');
    expect(found(await books.check(), 'cost_differs', runId)).toEqual([]);
  });

  test('a run whose payment is still open does not fail before the payment is closed', async () => {
    const activities = stack.activities();
    const { runId } = await approvedRun('USDC');
    const intentId = await quoteFor(
      activities,
      request(runId, paidStep(`${stack.seller.url}/solana`), 'USDC'),
    );
    await activities.signPayment({ ride: { runId, events: [] }, intentId, signBeforeMs: soon() });
    const state = (id: string) => Promise.resolve(id === runId ? ('closed' as const) : ('open' as const));
    expect(found(await books.check({ workflowState: state }), 'run_stranded', runId)).toMatchObject([
      { repaired: false },
    ]);
    expect((await getRun(stack.db.pool, runId))!.finished_at).toBeNull();
  });

  test('a missing workflow may be in another namespace, so it is only reported', async () => {
    const { runId } = await approvedRun('USDC');
    const state = (id: string) => Promise.resolve(id === runId ? ('missing' as const) : ('open' as const));
    expect(found(await books.check({ workflowState: state }), 'run_stranded', runId)).toMatchObject([
      { repaired: false },
    ]);
    expect(await attentionKinds(stack, runId)).toContain('run_stranded');
    expect((await getRun(stack.db.pool, runId))!.finished_at).toBeNull();
  });
});

describe('between chains and the ledger', () => {
  beforeEach(() => books.level());
  afterEach(() => books.level());

  test.each([EVM, SOLANA])('a posted payment that the chain of $path does not show is found', async (way) => {
    const { runId, intentId } = await purchase(way);
    const { proof } = await paymentOf(stack, intentId);
    const other =
      way === EVM ? { nonce: `0x${'ab'.repeat(32)}` } : { messageHash: 'ab'.repeat(32), memo: 'another' };
    await sql(`update payment set proof = proof || $2, tx_hash = null where id = $1`, [intentId, other]);
    expect(found(await books.check(), 'payment_not_on_chain', runId)).toMatchObject([
      { object: intentId, repaired: false },
    ]);
    await sql(`update payment set proof = $2 where id = $1`, [intentId, proof]);
  });

  test('a payment that was called void and then landed is found', async () => {
    const { runId, intentId } = await purchase(EVM);
    await sql(`update payment set status = 'void', finalized = false where id = $1`, [intentId]);
    expect(found(await books.check(), 'void_payment_landed', runId)).toMatchObject([
      { object: intentId, repaired: false },
    ]);
    await sql(`update payment set status = 'settled', finalized = true where id = $1`, [intentId]);
  });

  test('money that left a chain account behind our back is found to the last unit, and reported once', async () => {
    const { evm } = stack.assets;
    const provider = evmProvider(evm.rpcUrl);
    const token = new Contract(
      evm.token.address,
      sampleToken.abi,
      new Wallet(evm.operator.privateKey, provider),
    );
    const sent = (await token.getFunction('transfer')(evm.sellers.market.address, 12_345n)) as {
      wait(): Promise<unknown>;
    };
    await sent.wait();
    provider.destroy();
    await expect
      .poll(async () => found(await books.check(), 'chain_shortfall').map(({ detail }) => detail), {
        timeout: 20_000,
      })
      .toEqual([expect.stringContaining('0.012345 USDC less')]);
    await books.check();
    const { rowCount } = await sql(
      `select from attention where kind = 'chain_shortfall' and resolved_at is null`,
    );
    expect(rowCount).toBe(1);
  });

  test('a chain that does not answer is reported as such, and the rest is checked', async () => {
    const config = railsConfig(stack.assets);
    const rails = createRails({
      ...config,
      evm: { ...config.evm, rpcUrl: 'http://127.0.0.1:9', requestTimeoutMs: 500 },
    });
    const told = await books.check({ rails });
    rails.close();
    expect(found(told, 'chain_unreachable')).toHaveLength(1);
    expect(told.filter(({ kind }) => kind.startsWith('chain_'))).toHaveLength(1);
  });
});
