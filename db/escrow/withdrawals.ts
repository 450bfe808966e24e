import type { Asset } from '../../schemas/core/money.ts';
import { escrowAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import type { Database } from '../database.ts';
import { applyTransfer, readBalance, type Queryable } from '../ledger.ts';

export type WithdrawalStatus = 'held' | 'signed' | 'submitted' | 'finalized' | 'released' | 'unknown';

export interface WithdrawalRow {
  id: string;
  tenant: string;
  user_id: string;
  asset: string;
  amount: string;
  destination: string;
  status: WithdrawalStatus;
  signed_sealed: Buffer | null;
  signature: string | null;
  last_valid_height: number | null;
  reason: string | null;
}

export interface NewWithdrawal {
  id: string;
  tenant: string;
  userId: string;
  asset: Asset;
  /** Minor units. */
  amount: bigint;
  destination: string;
}

/** `exists`: this very withdrawal was asked for before. `in_progress`: another one of the same kind is still open. */
export type WithdrawalHold =
  | { kind: 'held' }
  | { kind: 'exists' }
  | { kind: 'in_progress' }
  | { kind: 'insufficient'; available: bigint };

const COLUMNS = `id, tenant, user_id, asset, amount, destination, status, signed_sealed, signature, last_valid_height, reason`;

class Insufficient extends Error {}

export async function getWithdrawal(db: Queryable, id: string): Promise<WithdrawalRow | undefined> {
  const { rows } = await db.query<WithdrawalRow>(`select ${COLUMNS} from withdrawal where id = $1`, [id]);
  return rows[0];
}

/** The row and the hold on the user's escrow, both or neither. `first` runs in their transaction; when it throws, neither. */
export async function holdWithdrawal(
  db: Database,
  wanted: NewWithdrawal,
  first: (client: Queryable) => Promise<void> = async () => undefined,
): Promise<WithdrawalHold> {
  const { id, tenant, userId, asset, amount, destination } = wanted;
  const escrow = escrowAccount(tenant, userId, asset);
  try {
    return await db.transaction(async (client) => {
      await first(client);
      const { rowCount } = await client.query(
        `insert into withdrawal (id, tenant, user_id, asset, amount, destination) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing`,
        [id, tenant, userId, asset.id, amount.toString(), destination],
      );
      if (rowCount !== 1)
        return { kind: (await getWithdrawal(client, id)) === undefined ? 'in_progress' : 'exists' };
      const entries = move(escrow, worldAccount(asset), amount);
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
    return { kind: 'insufficient', available: (await readBalance(db.pool, escrow.account)).available };
  }
}

export interface WithdrawalPatch {
  reason?: string;
  signed?: { sealed: Buffer; signature: string; lastValidHeight: number };
}

/** Moves a withdrawal if it is still in one of the states `from`; false when another process was first. */
export async function moveWithdrawal(
  db: Queryable,
  id: string,
  from: readonly WithdrawalStatus[],
  to: WithdrawalStatus,
  { reason, signed }: WithdrawalPatch = {},
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update withdrawal set status = $3, reason = coalesce($4, reason), signed_sealed = coalesce($5, signed_sealed),
       signature = coalesce($6, signature), last_valid_height = coalesce($7, last_valid_height), updated_at = now()
     where id = $1 and status = any($2)`,
    [
      id,
      from,
      to,
      reason ?? null,
      signed?.sealed ?? null,
      signed?.signature ?? null,
      signed?.lastValidHeight ?? null,
    ],
  );
  return rowCount === 1;
}
