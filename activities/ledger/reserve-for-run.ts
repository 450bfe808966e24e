import { EngineError } from '../../domain/errors.ts';
import { isTerminal } from '../../domain/run-states.ts';
import { purseHolding } from '../../domain/payments/purse.ts';
import type { LedgerActivities, ReserveOutcome } from '../../domain/ports/ledger.ts';
import { readBalance } from '../../db/ledger.ts';
import { lockRunMoney } from '../../db/repositories/payments-write.ts';
import { getRun } from '../../db/repositories/runs.ts';
import { drawnByRun, drawReserve } from '../../db/repositories/run-money.ts';
import type { LedgerDeps } from './tools.ts';

type Request = Parameters<LedgerActivities['reserveForRun']>[0];

/** Draws the difference between what the run may have drawn by now and what it has: a repeat finds none. */
export async function reserveForRun(
  { db, assets, checkpoint }: LedgerDeps,
  request: Request,
): Promise<ReserveOutcome> {
  const { runId, revision, upTo, asset } = request;
  const run = await getRun(db.pool, runId);
  if (run === undefined) throw new EngineError('run_not_found', `Run ${runId} has no row.`);
  const purse = purseHolding(assets, run, asset);
  const outcome = await db.transaction(async (client): Promise<ReserveOutcome> => {
    await lockRunMoney(client, runId);
    const now = await getRun(client, runId);
    if (now !== undefined && isTerminal(now.status))
      throw new EngineError('run_finished', `Run ${runId} has ended; nothing is set aside for it any more.`);
    if (!purse.drawsAhead) return { kind: 'reserved' };
    const lack = BigInt(upTo) - (await drawnByRun(client, purse));
    if (lack <= 0n) return { kind: 'reserved' };
    if (await drawReserve(client, purse, `reserve:${runId}:${revision}:${upTo}`, lack))
      return { kind: 'reserved' };
    const { available } = await readBalance(client, purse.source.account);
    return { kind: 'insufficient', available: available.toString(), required: lack.toString() };
  });
  await checkpoint?.('run.reserved');
  return outcome;
}
