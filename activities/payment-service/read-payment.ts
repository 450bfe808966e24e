import type { NodePayment } from '../../domain/masumi/ports/masumi-node.ts';
import type { ReadPayment } from '../../schemas/families/masumi/payment-service.ts';

/** Services from before the second contract name no type. */
const FIRST_SOURCE_TYPE = 'Web3CardanoV1';

export function readPayment(shown: ReadPayment): NodePayment {
  const { NextAction: next } = shown;
  return {
    id: shown.id ?? '',
    createdAt: readTime(shown.createdAt),
    blockchainIdentifier: shown.blockchainIdentifier,
    payByTime: shown.payByTime == null ? null : Number(shown.payByTime),
    submitResultTime: Number(shown.submitResultTime),
    unlockTime: Number(shown.unlockTime),
    externalDisputeUnlockTime: Number(shown.externalDisputeUnlockTime),
    resultHash: readHash(shown.resultHash),
    onChainState: shown.onChainState ?? null,
    nextAction: {
      requestedAction: next?.requestedAction ?? 'None',
      errorType: next?.errorType ?? null,
      errorNote: next?.errorNote ?? null,
      resultHash: readHash(next?.resultHash),
    },
    requestedFunds: (shown.RequestedFunds ?? []).map(({ unit, amount }) => ({ unit, amount })),
    sellerVkey: shown.SmartContractWallet?.walletVkey || null,
    sourceType: shown.PaymentSource?.paymentSourceType ?? FIRST_SOURCE_TYPE,
    metadata: shown.metadata ?? null,
  };
}

/** A payment without this time may be new, so it is never left out for its age. */
function readTime(text: string | null | undefined): number {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? Infinity : at;
}

/** Older services say "" for a missing value. */
const readHash = (text: string | null | undefined): string | null => (text ? text.toLowerCase() : null);
