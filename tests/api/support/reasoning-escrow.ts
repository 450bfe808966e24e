import { randomBytes } from 'node:crypto';
import { Keypair } from '@solana/web3.js';
import bs58 from 'bs58';
import type { EscrowTools } from '../../../activities/escrow/tools.ts';
import { creditDeposit, refuseDeposit } from '../../../activities/escrow/deposits.ts';
import { leaveWithdrawal, prepareWithdrawal } from '../../../activities/escrow/withdrawals.ts';
import { createPaymentActivities } from '../../../activities/payments/activities.ts';
import type { Database } from '../../../db/database.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import type { Rail, Sighting } from '../../../domain/payments/rail.ts';
import type { DepositVerdict, EscrowActivities } from '../../../domain/ports/escrow.ts';
import type { PaymentActivities } from '../../../domain/ports/payments.ts';
import { sampleBook, SOLANA } from '../../support/sample-catalogue.ts';

/** What the chain says, by signature of a deposit and by destination of a withdrawal. The last answer repeats. */
export interface ScriptedChain {
  deposits: Map<string, DepositVerdict[]>;
  withdrawals: Map<string, Sighting[]>;
}

type Life = Pick<PaymentActivities, 'signPayment' | 'submitPayment' | 'reconcilePayment'>;

export const newSignature = (): string => bs58.encode(randomBytes(64));
export const newWallet = (): string => Keypair.generate().publicKey.toBase58();

/** The chain by script; rows, ledger, credits and the payments of withdrawals as in production. Steps are paid by `others`. */
export function scriptedEscrow(db: Database, chain: ScriptedChain, others: Life): EscrowActivities & Life {
  const sealer = createSealer('a key for tests only');
  const tools = {
    db,
    sealer,
    assets: sampleBook,
    keypair: Keypair.generate(),
    checkpoint: () => undefined,
  } as unknown as EscrowTools;
  const rail = scriptedTransfers(chain);
  const withdrawals = createPaymentActivities({
    db,
    sealer,
    assets: sampleBook,
    values: createValues(db.pool, sealer),
    journal: { append: () => Promise.reject(new Error('a withdrawal has no run to tell')) },
    seller: { call: () => Promise.reject(new Error('a withdrawal calls nobody')) },
    rails: { all: [rail], find: () => rail, close: () => undefined },
    confirmMs: 0,
  });
  const lifeOf = ({ intentId }: { intentId: string }): Life =>
    intentId.startsWith('wd_') ? withdrawals : others;
  return {
    verifyDeposit: async ({ signature }) =>
      next(chain.deposits.get(signature)) ?? { kind: 'finalized', slot: 1 },
    creditDeposit: (claim) => creditDeposit(tools, claim),
    refuseDeposit: (claim) => refuseDeposit(tools, claim),
    prepareWithdrawal: ({ withdrawalId }) => prepareWithdrawal(tools, withdrawalId),
    leaveWithdrawal: ({ withdrawalId }) => leaveWithdrawal(tools, withdrawalId),
    signPayment: (request) => lifeOf(request).signPayment(request),
    submitPayment: (request) => lifeOf(request).submitPayment(request),
    reconcilePayment: (request) => lifeOf(request).reconcilePayment(request),
  };
}

const next = <T>(words: T[] | undefined): T | undefined =>
  words !== undefined && words.length > 1 ? words.shift() : words?.[0];

const scriptedTransfers = (chain: ScriptedChain): Rail => ({
  kind: 'solana-transfer',
  network: SOLANA,
  payer: 'the escrow',
  refuses: () => undefined,
  shortfall: async () => undefined,
  available: async () => 10n ** 15n,
  holdsFinally: async () => 10n ** 15n,
  describe: ({ amount }) => `${amount} by script`,
  async sign({ offer }) {
    const signature = newSignature();
    return { payload: {}, fingerprint: signature, proof: { signature, to: offer.payTo }, fees: [] };
  },
  submit: async () => undefined,
  locate: async ({ signature, to }) =>
    next(chain.withdrawals.get(String(to))) ?? {
      kind: 'landed',
      txHash: String(signature),
      final: true,
      position: 1,
    },
  readIncoming: async () => ({ kind: 'absent' }),
  close: () => undefined,
});
