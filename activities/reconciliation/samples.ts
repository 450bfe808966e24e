import pLimit from 'p-limit';
import { sampleClosedPayments, sampleQuietRuns } from '../../db/repositories/reconciliation.ts';
import type { PaymentRow } from '../../db/repositories/payments-write.ts';
import { showAmountOf } from '../../domain/money.ts';
import type { Finding } from '../../domain/reconciliation.ts';
import { findRail, mustGetPayment } from '../payments/tools.ts';
import type { BookTools } from './tools.ts';

const RUNS = 200;
const PAYMENTS = 25;
const AT_ONCE = 5;

const WORDS = {
  closed: 'has ended without telling its end',
  told: 'has come to its end, of which these books know nothing: they may be an older copy',
  missing: 'is not there',
} as const;

/**
 * Live runs whose workflow is not alive. Every check looks at some runs, so that many waiting ones cost the server
 * little.
 */
export async function findStrandedRuns(tools: BookTools): Promise<Finding[]> {
  const runs = await sampleQuietRuns(tools.db.pool, tools.graceMs, RUNS);
  const looked = await pLimit(AT_ONCE).map(runs, async (run): Promise<Finding | undefined> => {
    const state = await tools.workflowState(run.workflow_id).catch(() => 'open' as const); // no answer proves nothing
    if (state === 'open') return undefined;
    const what = WORDS[state];
    const detail = `Run ${run.id} is live, but its workflow ${run.workflow_id} ${what}.`;
    return { kind: 'run_stranded', tenant: run.tenant, runId: run.id, object: run.id, detail };
  });
  return looked.filter((finding) => finding !== undefined);
}

/** Closed payments that their chain contradicts. A chain that does not answer is reported elsewhere. */
export async function findContradictedPayments(tools: BookTools): Promise<Finding[]> {
  const ids = await sampleClosedPayments(tools.db.pool, PAYMENTS);
  const looked = await pLimit(AT_ONCE).map(ids, async (id): Promise<Finding | undefined> => {
    const payment = await mustGetPayment(tools, id);
    const sighting = await findRail(tools, payment)
      ?.locate(payment.proof, payment.tx_hash)
      .catch(() => undefined);
    if (sighting === undefined || sighting.kind === 'unproven') return undefined;
    const landed = sighting.kind === 'landed';
    if (payment.finalized && !landed)
      return contradiction(tools, payment, 'payment_not_on_chain', `${payment.network} does not show it`);
    if (payment.status === 'void' && landed)
      return contradiction(tools, payment, 'void_payment_landed', `it landed in ${sighting.txHash}`);
    return undefined;
  });
  return looked.filter((finding) => finding !== undefined);
}

function contradiction(
  { assets }: BookTools,
  payment: PaymentRow,
  kind: Finding['kind'],
  what: string,
): Finding {
  const { id, tenant, run_id: runId, status, asset, amount } = payment;
  const detail = `Payment ${id} of ${showAmountOf(assets, asset, amount)} is ${status}${payment.finalized ? ' and final' : ''}, but ${what}.`;
  return { kind, tenant, runId, object: id, detail };
}
