import type { Asset } from '../../schemas/core/money.ts';
import type { Database } from '../database.ts';
import { moveTreasury } from '../repositories/treasury.ts';

/** What the treasury has in mock mode, once: a later value of the file changes nothing that was counted. */
export async function bookMockBalance(db: Database, asset: Asset, amount: bigint): Promise<void> {
  if (amount === 0n) return;
  await moveTreasury(db.pool, {
    id: `omni-mock:${asset.id}`,
    asset,
    amount,
    from: 'world',
    note: 'mockBalance of agents.yaml: nothing is on a chain',
    by: 'agents.yaml',
  });
}
