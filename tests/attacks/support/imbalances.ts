import type { Database } from '../../../db/database.ts';
import { findDifferences } from '../../../db/repositories/reconciliation.ts';

/** What the reconciler finds inside the ledger: transfers that do not sum to zero, balances that their entries deny. */
export const findImbalances = async (db: Database): Promise<string[]> =>
  (await findDifferences(db, 0)).map(({ detail }) => detail);
