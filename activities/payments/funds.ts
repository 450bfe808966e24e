import { readBalance } from '../../db/ledger.ts';
import { readHalt } from '../../db/repositories/payments-halt.ts';
import { promisedIn } from '../../db/repositories/payments-write.ts';
import type { NoRoom } from '../../domain/budgets/room.ts';
import { tokenOf } from '../../domain/assets.ts';
import { paidAsset } from '../../domain/payments/purse.ts';
import { askedOf, findNoRoom } from './budget-room.ts';
import { floatSuffices, treasurySuffices } from './hold.ts';
import { costSuffices, isCostCovered } from './operator-costs.ts';
import { mustFindRail, mustGetPayment, mustGetRun, purseOf, type PaymentTools } from './tools.ts';

/** Whether a payment that was refused for lack of money could be held now. Moves nothing: signing decides. */
export async function isFunded(tools: PaymentTools, intentId: string): Promise<boolean> {
  const payment = await mustGetPayment(tools, intentId);
  if (payment.kind !== 'step') return true; // it is held already
  const { pool } = tools.db;
  if ((await readHalt(pool)).halted) return false;
  const paid = paidAsset(tools.assets, payment.asset);
  const purse = purseOf(tools, payment, await mustGetRun(tools, payment.run_id));
  const rail = mustFindRail(tools, payment);
  const [onChain, promised, reserve, source] = await Promise.all([
    rail.available(tokenOf(paid)),
    promisedIn(pool, payment.asset, payment.id),
    readBalance(pool, purse.reserve.account),
    readBalance(pool, purse.source.account),
  ]);
  const amount = BigInt(payment.amount);
  if (onChain - promised < amount) return false;
  await floatSuffices(tools.db, payment);
  if (reserve.available + source.available < amount) return false;
  await treasurySuffices(tools.db, payment, purse);
  if (!(await isCostCovered(tools, payment, rail))) return false;
  await costSuffices(tools, payment);
  return true;
}

/** The budget that is in the way of a payment now, or null. Holds nothing: signing decides. */
export async function roomFor(tools: PaymentTools, intentId: string): Promise<NoRoom | null> {
  const payment = await mustGetPayment(tools, intentId);
  if (payment.kind !== 'step') return null;
  const run = await mustGetRun(tools, payment.run_id);
  return findNoRoom(tools.db.pool, tools, askedOf(tools.assets, run, payment));
}
