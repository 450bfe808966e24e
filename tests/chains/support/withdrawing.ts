import { Keypair, type PublicKey } from '@solana/web3.js';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { createEscrowActivities } from '../../../activities/escrow/activities.ts';
import type { EscrowDeps } from '../../../activities/escrow/tools.ts';
import type { PaymentDeps } from '../../../activities/payments/tools.ts';
import { escrowSummary, type EscrowBalance } from '../../../db/escrow/escrow.ts';
import { getWithdrawal, holdWithdrawal, type NewWithdrawal } from '../../../db/escrow/withdrawals.ts';
import { readBalance } from '../../../db/ledger.ts';
import { escrowAccount } from '../../../domain/accounts.ts';
import { getPayment, type PaymentRow } from '../../../db/repositories/payments-write.ts';
import { createWithdrawalGuard } from '../../../activities/escrow/withdrawal-guard.ts';
import { quoteWithdrawal, type WithdrawalCharge } from '../../../domain/payments/withdrawal.ts';
import type { Asset } from '../../../schemas/core/money.ts';
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
  /** Fee and rent, in the asset or in coins. */
  charged: bigint;
  /** Prepares its payment and signs it. */
  sign(by: Hands): Promise<SignOutcome>;
  send(by: Hands): Promise<SubmitOutcome>;
  look(by: Hands): Promise<ReconcileOutcome>;
  payment(): Promise<PaymentRow>;
  /** The user's own record. */
  status(): Promise<string | undefined>;
  balance(): Promise<EscrowBalance | undefined>;
  /** What the user has of the chain's coin. */
  coins(): Promise<bigint>;
  /** What the destination has, minor units. */
  received(): Promise<bigint>;
  /** Looks at the chain, as the workflow does, until it proves an end. */
  ends(by: Hands): Promise<'finalized' | 'released'>;
}

const PRICE = 200_000_000n; // minor units of a token for one coin

/** What the chain and the terms say that it costs; null: the token has no price. */
async function chargeOf(
  stack: MoneyStack,
  asset: Asset,
  amount: bigint,
  destination: string,
  price: bigint | null,
): Promise<WithdrawalCharge> {
  const { rpcUrl, escrow } = stack.assets.solana;
  const guard = createWithdrawalGuard({ assets: stack.book, rpcUrl, escrow: escrow.address });
  const judged = await guard.judge({ asset: asset.code, amount, destination, burns: false });
  if (judged.kind === 'refused') throw new Error(`${destination} is refused: ${judged.code}`);
  const terms = { prices: new Map(price === null ? [] : [[asset.code, price]]), minimums: new Map() };
  return quoteWithdrawal(terms, { asset, coin: escrowAsset(stack.book, 'SOL')!, ...judged }).charge;
}

interface Over {
  /** What the user has beside what it takes. */
  more?: bigint;
  destination?: PublicKey;
  price?: bigint | null;
}

/** A withdrawal of a new user that was asked for, and nothing more. */
export async function heldWithdrawal(
  stack: MoneyStack,
  code: string,
  amount: bigint,
  { more = 0n, destination, price = PRICE }: Over = {},
): Promise<HeldWithdrawal> {
  const to = destination ?? Keypair.generate().publicKey;
  const id = `wd_${randomUUID()}`;
  const asset = escrowAsset(stack.book, code)!;
  const charge = await chargeOf(stack, asset, amount, to.toBase58(), price);
  const charged = charge.fee + charge.rent;
  const inAsset = charge.asset.id === asset.id;
  const { userId } = await stack.newRun(code, amount + more + (inAsset ? charged : 0n));
  if (!inAsset) await stack.fund(userId, charge.asset, charged);
  const wanted = { id, tenant: TENANT, userId, asset, amount, destination: to.toBase58(), charge };
  expect(await holdWithdrawal(stack.db, wanted)).toEqual({ kind: 'held' });
  const { pool } = stack.db;
  const order = { ride: null, intentId: id };
  const look = (by: Hands): Promise<ReconcileOutcome> => by.reconcilePayment(order);
  return {
    id,
    userId,
    wanted,
    charged,
    async sign(by) {
      await by.prepareWithdrawal({ withdrawalId: id });
      return by.signPayment(order);
    },
    send: (by) => by.submitPayment({ ...order, attempt: 1 }),
    look,
    payment: async () => (await getPayment(pool, id))!,
    status: async () => (await getWithdrawal(pool, id))?.status,
    coins: async () =>
      (await readBalance(pool, escrowAccount(TENANT, userId, charge.coin).account)).available,
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
