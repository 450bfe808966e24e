import type { Asset } from '../../schemas/core/money.ts';
import { escrowAccount, floatAccount } from '../../domain/accounts.ts';
import { requiredOf, withdrawalEntries, type WithdrawalCharge } from '../../domain/payments/withdrawal.ts';
import type { Database } from '../database.ts';
import { applyTransfer, readBalance, type Queryable } from '../ledger.ts';
import type { PaymentRow } from '../repositories/payments-write.ts';

/** `held` until its payment has ended, however that stands meanwhile. */
export type WithdrawalStatus = 'held' | 'finalized' | 'released';

/** A withdrawal as its user knows it. What becomes of the money is its payment's, which has the same id. */
export interface WithdrawalRow {
  id: string;
  tenant: string;
  user_id: string;
  asset: string;
  amount: string;
  destination: string;
  /** What its user pays for the network fee and for the rent of the destination's account, in `charge_asset`. */
  fee: string;
  rent: string;
  /** CAIP-19; null where nothing is charged. */
  charge_asset: string | null;
  /** As many of the chain's coins as its transaction may take beside the amount. */
  coins: string;
  status: WithdrawalStatus;
  /** The transaction; null until it is signed. */
  signature: string | null;
}

export interface NewWithdrawal {
  id: string;
  tenant: string;
  userId: string;
  asset: Asset;
  /** Minor units; so much arrives. */
  amount: bigint;
  destination: string;
  charge: WithdrawalCharge;
}

/** `exists`: this very withdrawal was asked for before. `in_progress`: another one of the same kind is still open. */
export type WithdrawalHold =
  | { kind: 'held' }
  | { kind: 'exists' }
  | { kind: 'in_progress' }
  /** The user has less than this of `asset`. */
  | { kind: 'insufficient'; asset: Asset; available: bigint; required: bigint }
  /** The operator's own account has too few coins for what the user would pay it for. */
  | { kind: 'operator_short'; coin: Asset; available: bigint; required: bigint };

class Insufficient extends Error {}

/** Withdrawals (`w`) beside their payments (`wp`), for a `from`. */
export const WITHDRAWALS = `withdrawal w left join payment wp on wp.id = w.id and wp.kind = 'withdrawal'`;

/** The transaction of a withdrawal among `WITHDRAWALS`; the column is of those that ended before there were payments. */
export const SIGNATURE = `coalesce(wp.tx_hash, wp.proof ->> 'signature', w.signature)`;

export async function getWithdrawal(db: Queryable, id: string): Promise<WithdrawalRow | undefined> {
  const { rows } = await db.query<WithdrawalRow>(
    `select w.id, w.tenant, w.user_id, w.asset, w.amount, w.destination, w.status, w.fee, w.rent, w.charge_asset, w.coins, ${SIGNATURE} as signature
     from ${WITHDRAWALS} where w.id = $1`,
    [id],
  );
  return rows[0];
}

/** The row and the hold on the user's escrow, both or neither. `first` runs in their transaction; when it throws, neither. */
export async function holdWithdrawal(
  db: Database,
  wanted: NewWithdrawal,
  first: (client: Queryable) => Promise<void> = async () => undefined,
): Promise<WithdrawalHold> {
  const { id, tenant, userId, asset, amount, destination, charge } = wanted;
  try {
    return await db.transaction(async (client) => {
      await first(client);
      const { rowCount } = await client.query(
        `insert into withdrawal (id, tenant, user_id, asset, amount, destination, fee, rent, charge_asset, coins)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
        [id, tenant, userId, asset.id, amount.toString(), destination, ...chargeColumns(charge)],
      );
      if (rowCount !== 1)
        return { kind: (await getWithdrawal(client, id)) === undefined ? 'in_progress' : 'exists' };
      const entries = withdrawalEntries(wanted);
      const data = { userId, recipient: destination, withdrawalId: id };
      const transfer = {
        id: `withdrawal:${id}`,
        kind: 'withdrawal',
        state: 'pending',
        tenant,
        data,
        entries,
      } as const;
      if ((await applyTransfer(client, transfer)) === 'insufficient') throw new Insufficient();
      return { kind: 'held' };
    });
  } catch (error) {
    if (!(error instanceof Insufficient)) throw error;
    return whoLacks(db.pool, wanted);
  }
}

const chargeColumns = ({ fee, rent, asset, coins }: WithdrawalCharge): string[] => [
  fee.toString(),
  rent.toString(),
  asset.id,
  coins.toString(),
];

/** The user's lack comes first; the operator's account is asked only for what the user pays it for. */
async function whoLacks(db: Queryable, wanted: NewWithdrawal): Promise<WithdrawalHold> {
  const { coin, coins } = wanted.charge;
  for (const { asset, required } of requiredOf(wanted)) {
    const account = escrowAccount(wanted.tenant, wanted.userId, asset);
    const { available } = await readBalance(db, account.account);
    if (available < required) return { kind: 'insufficient', asset, available, required };
  }
  const { available } = await readBalance(db, floatAccount(coin).account);
  return { kind: 'operator_short', coin, available, required: coins };
}

/** What a withdrawal's payment is made of, beside the withdrawal itself. */
export type WithdrawalPayment = Pick<PaymentRow, 'id' | 'rail' | 'network' | 'quote_sealed'>;

/**
 * Makes the payment of a withdrawal that has not ended. It begins as prepared, because its amount was held together with the
 * withdrawal. The id is the withdrawal's, so there is one payment however often this is called.
 */
export async function prepareWithdrawalPayment(
  db: Queryable,
  { id, rail, network, quote_sealed }: WithdrawalPayment,
): Promise<void> {
  await db.query(
    `insert into payment (id, tenant, kind, generation, rail, network, asset, amount, pay_to, quote_sealed, status)
     select w.id, w.tenant, 'withdrawal', 1, $2, $3, w.asset, w.amount, w.destination, $4, 'prepared'
     from withdrawal w where w.id = $1 and w.status = 'held' on conflict (id) do nothing`,
    [id, rail, network, quote_sealed],
  );
}

/** Ends a withdrawal, in the transaction that ends its payment and its hold. */
export async function endWithdrawal(
  client: Queryable,
  id: string,
  end: Exclude<WithdrawalStatus, 'held'>,
): Promise<void> {
  await client.query(
    `update withdrawal set status = $2, updated_at = now() where id = $1 and status = 'held'`,
    [id, end],
  );
}

/** Somebody looks after it now, so that the sweeper turns to others first. */
export async function touchWithdrawal(db: Queryable, id: string): Promise<void> {
  await db.query(`update withdrawal set updated_at = now() where id = $1`, [id]);
}
