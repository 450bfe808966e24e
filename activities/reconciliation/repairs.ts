import { closeTransfer } from '../../db/ledger.ts';
import { lockPayment, lockRunMoney, transferOf } from '../../db/repositories/payments-write.ts';
import { rebuildBalance } from '../../db/repositories/reconciliation.ts';
import { releaseReserve } from '../../db/repositories/run-money.ts';
import type { Finding, FindingKind } from '../../domain/reconciliation.ts';
import { isTerminal } from '../../domain/run-states.ts';
import { returnMoney } from '../ledger/finish-run.ts';
import { bookFees } from '../payments/fees.ts';
import { mustFindRail, mustGetPayment, mustGetRun, purseOf } from '../payments/tools.ts';
import { endStranded } from './stranded.ts';
import type { BookTools } from './tools.ts';

type Repair = (tools: BookTools, finding: Finding) => Promise<boolean>;

/**
 * Repairs that are safe without a person: derived rows are derived again, money that nothing holds is given back, and a
 * transfer is closed as its chain proves. Each takes the locks that the ordinary writers take, and looks again under
 * them.
 */
const REPAIRS: Partial<Record<FindingKind, Repair>> = {
  balance_mismatch: ({ db }, { object }) => db.transaction((client) => rebuildBalance(client, object)),
  payment_transfer: closeAsProven,
  stale_hold: sendHome,
  reserve_left: sendHome,
  run_stranded: endStranded,
};

/** True when the difference is gone now. A repair that fails leaves the finding to a person. */
export async function repair(tools: BookTools, finding: Finding): Promise<boolean> {
  const attempt = REPAIRS[finding.kind];
  if (attempt === undefined) return false;
  return attempt(tools, finding).catch(() => false);
}

async function sendHome(tools: BookTools, { runId }: Finding): Promise<boolean> {
  const run = await mustGetRun(tools, runId!);
  return tools.db.transaction((client) => returnMoney(client, tools.assets, run));
}

/** A closed payment whose transfer is still open. Only what its chain proves now may close the transfer, too. */
async function closeAsProven(tools: BookTools, { object }: Finding): Promise<boolean> {
  const payment = await mustGetPayment(tools, object);
  if (payment.kind !== 'step') return false;
  const sighting = await mustFindRail(tools, payment).locate(payment.proof, payment.tx_hash);
  const isPaid = payment.finalized && sighting.kind === 'landed' && sighting.final;
  const isVoid = payment.status === 'void' && sighting.kind === 'void';
  if (!isPaid && !isVoid) return false;
  return tools.db.transaction(async (client) => {
    await lockRunMoney(client, payment.run_id);
    const run = await mustGetRun(tools, payment.run_id);
    const current = await lockPayment(client, payment.id);
    if (current?.status !== payment.status || current.finalized !== payment.finalized) return false;
    const closed = await closeTransfer(client, transferOf(current), isPaid ? 'posted' : 'voided');
    if (isVoid && isTerminal(run.status)) await releaseReserve(client, purseOf(tools, payment, run));
    await bookFees(client, tools, current, 'fees' in sighting ? (sighting.fees ?? []) : []);
    return closed === 'closed';
  });
}
