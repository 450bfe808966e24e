import { paymentId, saveQuote, type NewQuote } from '../../db/repositories/payments-write.ts';
import { tokenOf } from '../../domain/assets.ts';
import { directOffer } from '../../domain/payments/direct.ts';
import { isImagined } from '../../domain/payments/networks.ts';
import type { Offer } from '../../domain/payments/offer.ts';
import { paidAsset } from '../../domain/payments/purse.ts';
import type { Rail } from '../../domain/payments/rail.ts';
import type { DirectOrder, DirectQuote } from '../../domain/ports/direct-payments.ts';
import type { Asset } from '../../schemas/core/money.ts';
import type { RailKind } from '../../schemas/core/payment.ts';
import { sealQuote } from './quotes.ts';
import { mustGetRun, type PaymentTools } from './tools.ts';

const MAX_TIMEOUT_SECONDS = 600;

/** A direct payment as it can be made here, with the row of its quote. */
export interface DirectTerms {
  rail: Rail;
  paid: Asset;
  offer: Offer;
  quote: NewQuote;
}

/** Commits the intent before it answers, as a seller's quote does; nothing is held or signed yet. */
export async function prepareDirect(tools: PaymentTools, order: DirectOrder): Promise<DirectQuote> {
  const { tenant } = await mustGetRun(tools, order.runId);
  const terms = directTerms(tools, order, tenant);
  if ('refused' in terms) return { kind: 'refused', message: terms.refused };
  const { id } = await saveQuote(tools.db.pool, terms.quote);
  return { kind: 'quoted', intentId: id };
}

/** What the order comes to, or why it cannot be paid whatever the chain says. */
export function directTerms(
  tools: Pick<PaymentTools, 'assets' | 'rails' | 'sealer'>,
  order: Omit<DirectOrder, 'ride'>,
  tenant: string,
): DirectTerms | { refused: string } {
  const { amount, payTo, service } = order;
  const paid = paidAsset(tools.assets, order.asset);
  const { network } = paid;
  const kind = railFor(network, service !== undefined);
  const rail = tools.rails.find(network, kind);
  if (rail === undefined) return { refused: `There is no ${kind} on ${network}.` };
  const maxTimeoutSeconds = Math.min(order.maxTimeoutSeconds ?? MAX_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS);
  const offer = directOffer({ network, asset: tokenOf(paid), amount, payTo, maxTimeoutSeconds }, service);
  const why = /^[1-9]\d{0,77}$/.test(amount) ? rail.refuses(offer) : `${amount} is no amount`;
  if (why !== undefined) return { refused: `It cannot be paid: ${why}.` };
  return { rail, paid, offer, quote: quoteOf(tools, order, { kind, paid, offer, tenant }) };
}

function railFor(network: string, hasService: boolean): RailKind {
  if (isImagined(network)) return 'mock';
  return hasService ? 'evm-router' : 'solana-transfer';
}

function quoteOf(
  { sealer }: Pick<PaymentTools, 'sealer'>,
  { runId, stepId, generation, amount, payTo, service, budgetService }: Omit<DirectOrder, 'ride'>,
  { kind, paid, offer, tenant }: { kind: RailKind; paid: Asset; offer: Offer; tenant: string },
): NewQuote {
  const named = budgetService ?? service?.serviceId;
  return {
    id: paymentId(runId, stepId, generation),
    tenant,
    run_id: runId,
    step_id: stepId,
    generation,
    rail: kind,
    network: paid.network,
    asset: paid.id,
    amount,
    pay_to: payTo,
    ...(named !== undefined && { service: named }),
    quote_sealed: sealQuote(sealer, { offer, railData: {} }),
  };
}
