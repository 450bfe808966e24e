import { paymentId, saveQuote } from '../../db/repositories/payments-write.ts';
import { tokenOf } from '../../domain/assets.ts';
import { directOffer } from '../../domain/payments/direct.ts';
import { assetsOf } from '../../domain/payments/purse.ts';
import type { DirectOrder, DirectQuote } from '../../domain/ports/direct-payments.ts';
import { sealQuote } from './quotes.ts';
import { mustGetRun, type PaymentTools } from './tools.ts';

const MAX_TIMEOUT_SECONDS = 600;

/** Commits the intent before it answers, as a seller's quote does; nothing is held or signed yet. */
export async function prepareDirect(tools: PaymentTools, order: DirectOrder): Promise<DirectQuote> {
  const { runId, stepId, generation, amount, payTo, service } = order;
  const { paid } = assetsOf(tools.assets, order.asset);
  const { network } = paid;
  const kind = service === undefined ? 'solana-transfer' : 'evm-router';
  const rail = tools.rails.find(network, kind);
  if (rail === undefined) return { kind: 'refused', message: `There is no ${kind} on ${network}.` };
  const maxTimeoutSeconds = Math.min(order.maxTimeoutSeconds ?? MAX_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS);
  const offer = directOffer({ network, asset: tokenOf(paid), amount, payTo, maxTimeoutSeconds }, service);
  const why = /^[1-9]\d{0,77}$/.test(amount) ? rail.refuses(offer) : `${amount} is no amount`;
  if (why !== undefined) return { kind: 'refused', message: `It cannot be paid: ${why}.` };
  const { tenant } = await mustGetRun(tools, runId);
  const payment = await saveQuote(tools.db.pool, {
    id: paymentId(runId, stepId, generation),
    tenant,
    run_id: runId,
    step_id: stepId,
    generation,
    rail: kind,
    network,
    asset: paid.id,
    amount,
    pay_to: payTo,
    ...(service !== undefined && { service: service.serviceId }),
    quote_sealed: sealQuote(tools.sealer, { offer, railData: {} }),
  });
  return { kind: 'quoted', intentId: payment.id };
}
