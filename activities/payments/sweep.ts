import pLimit from 'p-limit';
import { raiseAttention } from '../../db/repositories/attention.ts';
import {
  claimOpenPayments,
  countOpenPayments,
  type PaymentRow,
} from '../../db/repositories/payments-write.ts';
import { reconcileIntent } from './reconcile.ts';
import { takeIn } from './intake.ts';
import { sweepRefunds } from './refunds.ts';
import type { PaymentTools } from './tools.ts';
import { nodeErrorMessage } from './node-name.ts';

const AT_ONCE = 8; // a node answers several questions at a time; a sweep must fit an activity

/** One pass over what is open. Claims rows first, so that several sweepers share the work and none repeats it. */
export async function sweep(tools: PaymentTools, limit: number): Promise<{ open: number; moved: number }> {
  const claimed = await claimOpenPayments(tools.db.pool, limit, tools.sweepAges);
  const closed = await pLimit(AT_ONCE).map(claimed, (payment) => closes(tools, payment));
  const refunded = await sweepRefunds(tools, limit);
  await takeIn(tools, tools.intakeWaits);
  const moved = closed.filter(Boolean).length + refunded;
  return { open: await countOpenPayments(tools.db.pool), moved };
}

/** One payment that cannot be looked after must not keep the others waiting. */
async function closes(tools: PaymentTools, payment: PaymentRow): Promise<boolean> {
  try {
    const { kind } = await reconcileIntent(tools, payment.id);
    return kind === 'settled' || kind === 'void';
  } catch (error) {
    await raiseAttention(tools.db.pool, {
      id: `payment_stuck:${payment.id}`,
      tenant: payment.tenant,
      kind: 'payment_stuck',
      runId: payment.run_id,
      detail: `Payment ${payment.id} cannot be followed: ${nodeErrorMessage(error)}`,
    });
    return false;
  }
}
