import { createHash } from 'node:crypto';
import { describeTerms } from '../../../domain/payments/describe.ts';
import { routerService } from '../../../domain/payments/direct.ts';
import type { Rail } from '../../../domain/payments/rail.ts';

/** No chain limits what is paid here; the ledger does. */
const NO_LIMIT = 10n ** 60n;
const PAYER = 'mock-treasury';

/**
 * Payments that are counted and move nothing: for trials without a chain (omni.md, "Modes"). Books, budgets and states are
 * those of real payments. The transaction is made up: 0x and SHA-256 of `mock|` and the call's hash.
 */
export function createMockRail(network: string): Rail {
  return {
    kind: 'mock',
    network,
    payer: PAYER,
    imagined: true,
    refuses: (offer) =>
      routerService(offer) === undefined ? 'the offer does not say what it is for' : undefined,
    shortfall: () => Promise.resolve(undefined),
    available: () => Promise.resolve(NO_LIMIT),
    holdsFinally: () => Promise.resolve(NO_LIMIT),
    async sign({ offer, intentId }) {
      const { serviceCallHash = '' } = routerService(offer) ?? {};
      return {
        payload: { intentId },
        fingerprint: `mock:${intentId}`,
        proof: { txHash: mockTransaction(serviceCallHash) },
        fees: [],
      };
    },
    submit: () => Promise.resolve(),
    locate: ({ txHash }) =>
      Promise.resolve({ kind: 'landed', txHash: String(txHash), final: true, position: 0 }),
    describe: (terms) =>
      describeTerms(terms, { payer: PAYER, network, how: 'a mock payment: nothing moves on a chain' }),
    readIncoming: () => Promise.resolve({ kind: 'absent' }),
    close: () => undefined,
  };
}

/** `serviceCallHash` with or without its 0x; what is hashed is `mock|` and its 64 digits. */
export const mockTransaction = (serviceCallHash: string): string =>
  `0x${createHash('sha256')
    .update(`mock|${serviceCallHash.replace(/^0x/, '')}`)
    .digest('hex')}`;
