import type { Database } from '../database.ts';
import type { Queryable } from '../ledger.ts';

/** The switch that stops all payments, and who threw it last. */
export interface PaymentsHalt {
  halted: boolean;
  by: string | null;
  reason: string | null;
  at: Date;
}

/** What the database answers to whoever stores a signature while payments are halted. */
export const HALTED = 'ST002';

export async function readHalt(db: Queryable): Promise<PaymentsHalt> {
  const { rows } = await db.query<PaymentsHalt>(
    'select halted, changed_by as by, reason, at from payments_halt',
  );
  return rows[0]!;
}

/** From its commit on no process stores a signature, until the switch is thrown back. Signatures under way are waited for. */
export async function setHalt(
  db: Database,
  { halted, by, reason }: Pick<PaymentsHalt, 'halted' | 'by' | 'reason'>,
): Promise<void> {
  await db.transaction(async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('payments-halt', 0))`);
    await client.query(
      `update payments_halt set halted = $1, changed_by = $2, reason = $3, at = clock_timestamp() where halted <> $1`,
      [halted, by, reason],
    );
  });
}
