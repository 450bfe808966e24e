import { readBalance } from '../../db/ledger.ts';
import { promisedIn } from '../../db/repositories/payments-write.ts';
import { escrowAccount, reserveAccount } from '../../domain/accounts.ts';
import { tokenOf } from '../../domain/assets.ts';
import { assetsOf } from '../../domain/payments/purse.ts';
import { floatSuffices } from './hold.ts';
import { mustFindRail, mustGetPayment, mustGetRun, purseOf, type PaymentTools } from './tools.ts';

/** Whether a payment that was refused for lack of money could be held now. Moves nothing: signing decides. */
export async function isFunded(tools: PaymentTools, intentId: string): Promise<boolean> {
  const payment = await mustGetPayment(tools, intentId);
  if (payment.kind !== 'step') return true; // it is held already
  const { pool } = tools.db;
  const { paid } = assetsOf(tools.assets, payment.asset);
  const { tenant, userId, runId, held } = purseOf(tools, payment, await mustGetRun(tools, payment.run_id));
  const [onChain, promised, reserve, escrow] = await Promise.all([
    mustFindRail(tools, payment).available(tokenOf(paid)),
    promisedIn(pool, payment.asset, payment.id),
    readBalance(pool, reserveAccount(tenant, runId, held).account),
    readBalance(pool, escrowAccount(tenant, userId, held).account),
  ]);
  const amount = BigInt(payment.amount);
  if (onChain - promised < amount) return false;
  await floatSuffices(tools.db, payment);
  return reserve.available + escrow.available >= amount;
}
