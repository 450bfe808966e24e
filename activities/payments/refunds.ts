import { closeTransfer } from '../../db/ledger.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { pendingRefunds } from '../../db/repositories/refunds.ts';
import type { IncomingRail, RailBook } from '../../domain/payments/rail.ts';
import type { PaymentTools } from './tools.ts';

type RefundTools = Pick<PaymentTools, 'db'> & { rails: RailBook<IncomingRail> };

/** Posts refunds whose transaction became final, takes back those whose transaction is gone. Answers how many moved. */
export async function sweepRefunds(tools: RefundTools, limit: number): Promise<number> {
  let moved = 0;
  for (const refund of await pendingRefunds(tools.db.pool, limit)) {
    const sighting = await tools.rails
      .find(refund.network)
      ?.readIncoming({ txHash: refund.txHash, asset: refund.asset, from: refund.from })
      .catch(() => undefined); // the node does not answer: next time
    if (sighting === undefined) continue;
    if (sighting.kind === 'found' && sighting.amount >= refund.amount) {
      if (!sighting.final) continue;
      await closeTransfer(tools.db.pool, refund.id, 'posted');
      moved++;
      continue;
    }
    await raiseAttention(tools.db.pool, {
      id: `refund_gone:${refund.id}`,
      tenant: refund.tenant,
      kind: 'refund_gone',
      runId: refund.runId,
      detail: `The refund in transaction ${refund.txHash} is no longer on ${refund.network}; it stays uncredited until it is.`,
    });
  }
  return moved;
}
