import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { migrate } from '../../db/migrate.ts';
import { applyTransfer, readBalance } from '../../db/ledger.ts';
import { arrivalId, noteArrival, takeArrival } from '../../db/repositories/arrivals.ts';
import { findDifferences } from '../../db/repositories/reconciliation.ts';
import {
  escrowAccount,
  floatAccount,
  payeeAccount,
  reserveAccount,
  treasuryAccount,
  worldAccount,
} from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import { migrationsOf } from '../../families/schema.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { urlFor, withClient } from '../support/database-admin.ts';

const CHAIN = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
const BASE = 'eip155:8453';
const sol: Asset = { id: `${CHAIN}/slip44:501`, code: 'SOL', decimals: 9, network: CHAIN, address: null };
const eth: Asset = { id: `${BASE}/slip44:60`, code: 'ETH', decimals: 18, network: BASE, address: null };
const usd: Asset = { id: `${BASE}/erc20:0xAa`, code: 'USDC', decimals: 6, network: BASE, address: '0xAa' };
const PAYEE = '0xBbBB';

const name = `steward_old_rows_${process.pid}`;
let db: Database;

beforeAll(async () => {
  const server = inject('databaseServerUrl');
  const url = urlFor(server, name);
  await withClient(server, (client) => client.query(`create database ${name}`));
  const all = await migrationsOf();
  await migrate(
    all.filter(({ name: one }) => one < 'M0019'),
    url,
  );
  db = await openDatabase(url);
  await oldRows();
  await migrate(all, url);
});

afterAll(async () => {
  await db.close();
  await withClient(inject('databaseServerUrl'), (client) =>
    client.query(`drop database ${name} with (force)`),
  );
});

const sql = (text: string, values: unknown[] = []) => db.pool.query(text, values);

/** What the version before has left behind. */
async function oldRows(): Promise<void> {
  const old = { ...floatAccount(eth), capped: false };
  const funding = { kind: 'funding', state: 'posted', tenant: 'system' } as const;
  await applyTransfer(db.pool, {
    ...funding,
    id: 'treasury:1',
    entries: move(old, treasuryAccount(eth), 70n),
  });
  for (const [signature, status] of [
    ['sigA', 'credited'],
    ['sigB', 'pending'],
    ['sigC', 'refused'],
  ])
    await sql(
      `insert into deposit (signature, tenant, user_id, asset, amount, status) values ($1, 'default', 'ada', $2, 500, $3)`,
      [signature, sol.id, status],
    );
  await applyTransfer(db.pool, {
    id: 'deposit:sigA',
    kind: 'deposit',
    state: 'posted',
    tenant: 'default',
    data: { userId: 'ada', signature: 'sigA', from: 'wallet' },
    entries: move(worldAccount(sol), escrowAccount('default', 'ada', sol), 500n),
  });
  await paidRun();
  await sql(
    `insert into withdrawal (id, tenant, user_id, asset, amount, destination) values ('w', 'default', 'ada', $1, 9, 'd')`,
    [sol.id],
  );
  await applyTransfer(db.pool, {
    id: 'withdrawal:w',
    kind: 'withdrawal',
    state: 'pending',
    tenant: 'default',
    entries: move(escrowAccount('default', 'ada', sol), worldAccount(sol), 9n),
  });
}

/** A run that has ended, whose payment was paid back. */
async function paidRun(): Promise<void> {
  await sql(
    `insert into run (id, tenant, family, kind, subject, status, input_sealed, workflow_id, view, finished_at, start_state)
     values ('r', 'default', 'reasoning', 'task', 'ada', 'failed', '', 'r', '{"totalCost":"0","approval":{"limits":{"maxTotalAmount":"40"}}}', now() - interval '1 hour', 'started')`,
  );
  await sql(
    `insert into payment (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed, tx_hash, finalized, fingerprint)
     values ('p', 'default', 'r', 's', 1, 'x402-evm', $1, $2, 40, $3, 'settled', '', '0xpaid', true, 'f')`,
    [BASE, usd.id, PAYEE],
  );
  for (const [at, status] of ['quoted', 'signed', 'submitted', 'settled'].entries())
    await sql(
      `insert into event (run_id, seq, event_key, type, data, tenant, family, feed_pos)
       values ('r', $1::integer, $2::text, $2::text, $3, 'default', 'reasoning', $1::integer)`,
      [at + 1, `payment.${status}`, JSON.stringify({ payment: { intentId: 'p', status } })],
    );
  const reserve = reserveAccount('default', 'r', usd);
  const payee = payeeAccount('default', PAYEE, usd);
  const escrow = escrowAccount('default', 'ada', usd);
  const of = { state: 'posted', tenant: 'default', runId: 'r' } as const;
  await applyTransfer(db.pool, {
    ...of,
    id: 'in',
    kind: 'deposit',
    entries: move(worldAccount(usd), reserve, 40n),
  });
  await applyTransfer(db.pool, {
    ...of,
    id: 'payment:p',
    kind: 'payment',
    entries: move(reserve, payee, 40n),
  });
  await applyTransfer(db.pool, {
    ...of,
    id: `refund:${BASE}:0xback`,
    kind: 'refund',
    data: { intentId: 'p', network: BASE, txHash: '0xback', asset: '0xAa', from: PAYEE, amount: '40' },
    entries: move(payee, escrow, 40n),
  });
  for (const [id, kind, usedBy] of [
    [`tx:${BASE}:0xback`, 'refund', 'comp:r:s'],
    [`tx:${CHAIN}:sigA`, 'deposit', `deposit:default:ada:${sol.id}:500`],
  ])
    await sql(`insert into chain_proof (id, kind, used_by) values ($1, $2, $3)`, [id, kind, usedBy]);
}

test('rows of the version before are taken over: the check of the books finds nothing', async () => {
  expect(await findDifferences(db, 0)).toEqual([]);
});

test('coins that the operator had spent before its account was guarded are booked as put in', async () => {
  expect(await readBalance(db.pool, floatAccount(eth).account)).toEqual({
    posted: 0n,
    held: 0n,
    available: 0n,
  });
  expect(await readBalance(db.pool, treasuryAccount(eth).account)).toMatchObject({ posted: 70n });
});

test.each([
  ['a deposit', { asset: sol, txHash: 'sigA', sender: 'wallet' }, 500n, `deposit:default:ada:${sol.id}:500`],
  ['a refund', { asset: usd, txHash: '0xBACK', sender: PAYEE }, 40n, 'comp:r:s'],
])('%s that was credited before is not credited again', async (_, which, amount, usedBy) => {
  const arrival = { ...which, amount, position: 1, final: true };
  expect(await noteArrival(db.pool, arrival)).toBe(arrivalId(arrival));
  const take = (by: string) =>
    db.transaction((client) => takeArrival(client, arrival, { kind: 'refund', usedBy: by, most: amount }));
  expect(await take('somebody else')).toBe(0n);
  expect(await take(usedBy)).toBe(amount); // its own repetition
  const { rows } = await sql('select amount::text, taken::text, booked::text from arrival where id = $1', [
    arrivalId(arrival),
  ]);
  expect(rows).toEqual([{ amount: amount.toString(), taken: amount.toString(), booked: '0' }]);
});
