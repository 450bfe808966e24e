import type pg from 'pg';
import { bridgeAccount, escrowAccount, floatAccount, surplusAccount } from '../../domain/accounts.ts';
import type { AssetBook } from '../../domain/assets.ts';
import type { Entry } from '../../domain/ledger.ts';
import { move } from '../../domain/ledger.ts';
import { giftEntries } from '../../domain/payments/entries.ts';
import { assetsOf, purseFor } from '../../domain/payments/purse.ts';
import type { SurplusTarget } from '../../schemas/core/surplus.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { findEscrowUser } from '../escrow/users.ts';
import { applyTransfer, sumAccount, type NewTransfer, type Queryable } from '../ledger.ts';
import { ARRIVAL, lockArrival, surplusItem, type ArrivalRow, type ArrivalState } from './arrivals.ts';
import { settleAttention } from './attention.ts';
import { lockAsset } from './payments-write.ts';
import type { After } from './run-lists.ts';
import { getRun } from './runs.ts';

/** An arrival that was booked as surplus once. */
export type SurplusRow = ArrivalRow & { booked_at: Date };

export async function listSurplus(
  db: Queryable,
  state: ArrivalState | undefined,
  after: After | undefined,
  limit: number,
): Promise<SurplusRow[]> {
  const { rows } = await db.query<SurplusRow>(
    `select ${ARRIVAL} from arrival where booked_at is not null and ($1::text is null or state = $1)
       and ($2::timestamptz is null or (booked_at, id) < ($2, $3))
     order by booked_at desc, id desc limit $4`,
    [state ?? null, after?.at ?? null, after?.id ?? null, limit],
  );
  return rows;
}

export async function findSurplus(db: Queryable, id: string): Promise<SurplusRow | undefined> {
  const { rows } = await db.query<SurplusRow>(
    `select ${ARRIVAL} from arrival where id = $1 and booked_at is not null`,
    [id],
  );
  return rows[0];
}

export interface Assignment {
  id: string;
  to: SurplusTarget;
  /** Whose user or run it is. */
  tenant: string;
  note: string;
  by: string;
}

export type Assigned =
  | { kind: 'assigned'; row: SurplusRow }
  | { kind: 'missing' | 'no_user' | 'no_run' | 'no_payer' }
  | { kind: 'not_waiting'; row: ArrivalRow }
  /** The operator has less of its own on the escrow's chain than the user would be owed there. */
  | { kind: 'not_covered'; asset: Asset };

type Gift = Pick<NewTransfer, 'kind' | 'tenant' | 'data' | 'runId'> & {
  entries: readonly Entry[];
  owed?: Asset;
};

/**
 * Gives what waits to one owner, once: the row is locked, so a claim or another assignment that comes at the same time
 * finds it given away. The transfer, the row and the end of its item are one transaction of the caller's: a crash before
 * its commit leaves the surplus waiting, and after it there is nothing left to give.
 */
export async function assignSurplus(
  client: pg.PoolClient,
  book: AssetBook,
  { id, to, tenant, note, by }: Assignment,
): Promise<Assigned> {
  const row = await lockArrival(client, id);
  const asset = row && book.assets.find((one) => one.id === row.asset);
  if (row === undefined || asset === undefined || row.booked_at === null) return { kind: 'missing' };
  if (row.state !== 'waiting') return { kind: 'not_waiting', row };
  const amount = BigInt(row.booked);
  const gift = await giftTo(client, book, row, asset, to, tenant);
  if (typeof gift === 'string') return { kind: gift };
  const { owed, ...transfer } = gift;
  if (owed !== undefined && (await ownOf(client, owed)) < amount) return { kind: 'not_covered', asset: owed };
  const { tx_hash: txHash, sender: from } = row;
  await applyTransfer(client, {
    ...transfer,
    id: `surplus:${id}:assigned`,
    state: 'posted',
    data: { ...transfer.data, surplus: id, txHash, from, note, by },
  });
  const assigned = { to: nameOf(to), note, by, at: new Date().toISOString() };
  await client.query(`update arrival set state = 'assigned', assigned = $2 where id = $1`, [
    id,
    JSON.stringify(assigned),
  ]);
  await settleAttention(client, surplusItem(id), `It was assigned to ${assigned.to}: ${note}`);
  return { kind: 'assigned', row: { ...(row as SurplusRow), state: 'assigned', assigned } };
}

export const nameOf = (to: SurplusTarget): string =>
  to === 'operator' ? to : 'user_id' in to ? `user:${to.user_id}` : `run:${to.run_id}`;

async function giftTo(
  client: pg.PoolClient,
  book: AssetBook,
  { id, booked }: ArrivalRow,
  asset: Asset,
  to: SurplusTarget,
  tenant: string,
): Promise<Gift | 'no_user' | 'no_run' | 'no_payer'> {
  const surplus = surplusAccount(asset, id);
  const amount = BigInt(booked);
  if (to === 'operator') {
    const entries = move(surplus, floatAccount(asset), amount);
    return { kind: 'funding', tenant: 'system', data: {}, entries };
  }
  if ('user_id' in to) {
    const { user_id: userId } = to;
    if ((await findEscrowUser(client, tenant, userId)) === undefined) return 'no_user';
    const { held } = assetsOf(book, asset.id);
    const source = escrowAccount(tenant, userId, held);
    return {
      kind: 'deposit',
      tenant,
      data: { userId },
      ...given({ surplus, source, held, paid: asset }, amount),
    };
  }
  const run = await getRun(client, to.run_id);
  if (run === undefined || run.tenant !== tenant) return 'no_run';
  if (run.purse.kind === 'nothing') return 'no_payer';
  const { held, source, data } = purseFor(book, run, asset.id);
  return {
    kind: 'surplus',
    tenant,
    runId: run.id,
    data,
    ...given({ surplus, source, held, paid: asset }, amount),
  };
}

/** Money on another chain becomes the operator's float, and the user is owed as much on the escrow's. */
function given(parties: Parameters<typeof giftEntries>[0], amount: bigint): Pick<Gift, 'entries' | 'owed'> {
  const { held, paid } = parties;
  return {
    entries: giftEntries(parties, amount),
    ...(held.network === paid.network ? {} : { owed: held }),
  };
}

/** What the operator itself has in an asset, as far as no run is paying. */
async function ownOf(client: pg.PoolClient, asset: Asset): Promise<bigint> {
  await lockAsset(client, asset.id);
  const accounts = [bridgeAccount(asset), floatAccount(asset)];
  let sum = 0n;
  for (const { account } of accounts) sum += await sumAccount(client, account);
  return sum;
}
