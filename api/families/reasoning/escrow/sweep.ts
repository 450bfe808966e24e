import { touchWithdrawal } from '../../../../db/escrow/withdrawals.ts';
import { openDeposits, openWithdrawals } from '../../../../db/escrow/open.ts';
import type { ApiDeps } from '../../../context.ts';
import type { ReasoningOptions } from '../options.ts';
import { depositWatch } from './deposit.ts';
import { startWatch } from '../../../runs/watch.ts';
import { withdrawalWatch } from './withdraw.ts';

const ORPHAN_MS = 10_000;
const AT_ONCE = 100;

/** Starts the workflows of deposits and withdrawals that a crash or an outage left without one. Joins those that run. */
export async function sweepEscrow(
  deps: ApiDeps,
  options: ReasoningOptions,
  orphanMs = ORPHAN_MS,
): Promise<void> {
  const [deposits, withdrawals] = await Promise.all([
    openDeposits(deps.db.pool, orphanMs, AT_ONCE),
    openWithdrawals(deps.db.pool, orphanMs, AT_ONCE),
  ]);
  for (const row of deposits) await startWatch(deps, depositWatch(options, row));
  for (const row of withdrawals) {
    await startWatch(deps, withdrawalWatch(options, row));
    await touchWithdrawal(deps.db.pool, row.id); // the next round begins with others
  }
}
