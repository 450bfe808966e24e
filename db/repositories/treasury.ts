import { floatAccount, treasuryAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { applyTransfer, readBalance, type Queryable } from '../ledger.ts';

/** What the operator puts into its treasury (a negative amount takes it out), in minor units. */
export interface TreasuryMove {
  /** A repetition under the same name moves nothing. */
  id: string;
  asset: Asset;
  amount: bigint;
  /** `world`: it was sent to the chain account for this. `float`: it was the operator's there before. */
  from: 'world' | 'float';
  note: string;
  by: string;
}

/** Books what the operator sets apart for runs that spend its own money. False when there is less to take out. */
export async function moveTreasury(
  db: Queryable,
  { id, asset, amount, from, note, by }: TreasuryMove,
): Promise<boolean> {
  const other = from === 'world' ? worldAccount(asset) : floatAccount(asset);
  const done = await applyTransfer(db, {
    id: `treasury:${id}`,
    kind: 'funding',
    state: 'posted',
    tenant: 'system',
    data: { note, by },
    entries: move(other, treasuryAccount(asset), amount),
  });
  return done !== 'insufficient';
}

/** What runs may draw from the treasury now. */
export const treasuryOf = async (db: Queryable, asset: Asset): Promise<bigint> =>
  (await readBalance(db, treasuryAccount(asset).account)).available;
