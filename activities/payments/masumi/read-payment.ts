import type { NodePayment } from '../../../domain/ports/masumi-node.ts';
import type { ShownPayment } from '../../../schemas/families/masumi/payment-service.ts';

/** Services from before the second contract name no type. */
const FIRST_SOURCE_TYPE = 'Web3CardanoV1';

export function readPayment(shown: ShownPayment): NodePayment {
  const { NextAction: next } = shown;
  return {
    id: shown.id,
    createdAt: Date.parse(shown.createdAt),
    blockchainIdentifier: shown.blockchainIdentifier,
    payByTime: shown.payByTime === null ? null : Number(shown.payByTime),
    submitResultTime: Number(shown.submitResultTime),
    unlockTime: Number(shown.unlockTime),
    externalDisputeUnlockTime: Number(shown.externalDisputeUnlockTime),
    resultHash: readHash(shown.resultHash),
    onChainState: shown.onChainState,
    nextAction: {
      requestedAction: next.requestedAction,
      errorType: next.errorType,
      errorNote: next.errorNote,
      resultHash: readHash(next.resultHash),
    },
    requestedFunds: shown.RequestedFunds.map(({ unit, amount }) => ({ unit, amount })),
    sellerVkey: shown.SmartContractWallet?.walletVkey ?? null,
    sourceType: shown.PaymentSource.paymentSourceType ?? FIRST_SOURCE_TYPE,
    metadata: shown.metadata,
  };
}

/** Older services say "" where there is none. */
const readHash = (text: string | null): string | null =>
  text === '' || text === null ? null : text.toLowerCase();
