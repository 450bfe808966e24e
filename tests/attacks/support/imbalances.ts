import type { Database } from '../../../db/database.ts';
import { findDifferences } from '../../../db/repositories/reconciliation.ts';

/**
 * Errors inside the ledger, as the reconciler finds them: transfers that do not sum to zero, balances that differ from
 * their entries.
 */
export const findImbalances = async (db: Database): Promise<string[]> =>
  (await findDifferences(db, 0)).map(({ detail }) => detail);
