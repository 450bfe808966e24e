import type { Database } from '../database.ts';
import type { Queryable } from '../ledger.ts';

/** A user with an escrow: deposits count only when this wallet signed them. */
export interface EscrowUser {
  tenant: string;
  user_id: string;
  wallet: string;
  created_at: Date;
  last_top_up_at: Date | null;
}

const COLUMNS = 'tenant, user_id, wallet, created_at, last_top_up_at';

export async function findEscrowUser(
  db: Queryable,
  tenant: string,
  userId: string,
): Promise<EscrowUser | undefined> {
  const { rows } = await db.query<EscrowUser>({
    name: 'escrow_user_find',
    text: `select ${COLUMNS} from escrow_user where tenant = $1 and user_id = $2`,
    values: [tenant, userId],
  });
  return rows[0];
}

export type WalletRegistration =
  | { kind: 'created' | 'unchanged' | 'wallet_conflict'; user: EscrowUser }
  | { kind: 'wallet_taken' };

/**
 * Registers a wallet that no other user has: whoever registered another user's wallet could claim its deposits. When
 * two register one wallet at once, the lock decides.
 */
export async function createSoleEscrowUser(
  db: Database,
  tenant: string,
  userId: string,
  wallet: string,
): Promise<WalletRegistration> {
  return db.transaction(async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('wallet:' || $1, 0))`, [wallet]);
    const { rowCount } = await client.query(
      'select from escrow_user where wallet = $1 and (tenant, user_id) <> ($2, $3) limit 1',
      [wallet, tenant, userId],
    );
    if (rowCount === 1) return { kind: 'wallet_taken' };
    return createEscrowUser(client, tenant, userId, wallet);
  });
}

/** Registers a wallet once. A registered wallet never changes by itself. */
export async function createEscrowUser(
  db: Queryable,
  tenant: string,
  userId: string,
  wallet: string,
): Promise<Exclude<WalletRegistration, { kind: 'wallet_taken' }>> {
  const { rowCount } = await db.query(
    `insert into escrow_user (tenant, user_id, wallet) values ($1, $2, $3) on conflict (tenant, user_id) do nothing`,
    [tenant, userId, wallet],
  );
  const user = (await findEscrowUser(db, tenant, userId))!;
  if (rowCount === 1) return { kind: 'created', user };
  return { kind: user.wallet === wallet ? 'unchanged' : 'wallet_conflict', user };
}
