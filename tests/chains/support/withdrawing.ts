import { Keypair, type PublicKey } from '@solana/web3.js';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { createEscrowActivities } from '../../../activities/escrow/activities.ts';
import type { EscrowDeps } from '../../../activities/escrow/tools.ts';
import type { PaymentDeps } from '../../../activities/payments/tools.ts';
import { escrowSummary, type EscrowBalance } from '../../../db/escrow/escrow.ts';
import { getWithdrawal, holdWithdrawal, type NewWithdrawal } from '../../../db/escrow/withdrawals.ts';
import { getPayment, type PaymentRow } from '../../../db/repositories/payments-write.ts';
import { escrowAsset } from '../../../domain/assets.ts';
import type { ReconcileOutcome, SignOutcome, SubmitOutcome } from '../../../domain/ports/payments.ts';
import { railsConfig, TENANT, type Activities, type MoneyStack } from './money-stack.ts';

type Escrow = ReturnType<typeof createEscrowActivities>;

/** Everything that a withdrawal goes through, as its workflow calls it. */
export type Hands = Activities & Escrow;

/** The activities of escrow and payments over the stack's chains; `over` replaces some of their parts. */
export function withdrawalHands(
  stack: MoneyStack,
  over: Partial<PaymentDeps> & Partial<Pick<EscrowDeps, 'solana'>> = {},
): Hands {
  const { solana = railsConfig(stack.assets).solana, ...deps } = over;
  const { db, book: assets } = stack;
  const { sealer } = stack.deps();
  const { checkpoint } = deps;
  const escrow = { db, sealer, assets, solana, ...(checkpoint && { checkpoint }) };
  return { ...stack.activities(deps), ...createEscrowActivities(escrow) };
}

export interface HeldWithdrawal {
  id: string;
  userId: string;
  wanted: NewWithdrawal;
  /** Prepares its payment and signs it. */
  sign(by: Hands): Promise<SignOutcome>;
  send(by: Hands): Promise<SubmitOutcome>;
  look(by: Hands): Promise<ReconcileOutcome>;
  payment(): Promise<PaymentRow>;
  /** The user's own record. */
  status(): Promise<string | undefined>;
  balance(): Promise<EscrowBalance | undefined>;
  /** What the destination has, minor units. */
  received(): Promise<bigint>;
  /** Looks at the chain, as the workflow does, until it proves an end. */
  ends(by: Hands): Promise<'finalized' | 'released'>;
}

/** A withdrawal of a new user that was asked for, and nothing more. */
export async function heldWithdrawal(
  stack: MoneyStack,
  code: string,
  amount: bigint,
  balance = amount,
): Promise<HeldWithdrawal> {
  const { userId } = await stack.newRun(code, balance);
  const to = Keypair.generate().publicKey;
  const id = `wd_${randomUUID()}`;
  const asset = escrowAsset(stack.book, code)!;
  const wanted = { id, tenant: TENANT, userId, asset, amount, destination: to.toBase58() };
  expect(await holdWithdrawal(stack.db, wanted)).toEqual({ kind: 'held' });
  const { pool } = stack.db;
  const order = { ride: null, intentId: id };
  const look = (by: Hands): Promise<ReconcileOutcome> => by.reconcilePayment(order);
  return {
    id,
    userId,
    wanted,
    async sign(by) {
      await by.prepareWithdrawal({ withdrawalId: id });
      return by.signPayment(order);
    },
    send: (by) => by.submitPayment({ ...order, attempt: 1 }),
    look,
    payment: async () => (await getPayment(pool, id))!,
    status: async () => (await getWithdrawal(pool, id))?.status,
    balance: async () => (await escrowSummary(pool, TENANT, userId, [asset]))[0],
    received: () => received(stack, code, to),
    async ends(by) {
      const ended = async (): Promise<boolean> => {
        const truth = await look(by);
        return truth.kind === 'void' || (truth.kind === 'settled' && truth.final);
      };
      await expect.poll(ended, { timeout: 30_000, interval: 50 }).toBe(true);
      const status = (await getWithdrawal(pool, id))!.status;
      if (status === 'held')
        throw new Error(`Withdrawal ${id} is still held, although its payment has ended.`);
      return status;
    },
  };
}

async function received({ wallets }: MoneyStack, code: string, owner: PublicKey): Promise<bigint> {
  return code === 'SOL' ? BigInt(await wallets.connection.getBalance(owner)) : wallets.tokenBalance(owner);
}
