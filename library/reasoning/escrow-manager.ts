import { setTimeout as sleep } from 'node:timers/promises';
import type { PublicKey } from '@solana/web3.js';
import type { Escrow, HistoryEntry } from '../../schemas/families/reasoning.ts';
import type { AmountInput } from '../../sdk/money.ts';
import type { ReasoningClient } from '../../sdk/reasoning-client.ts';
import { pages } from './answers.ts';

/** Users' money, in SOL unless an asset is named. Refusals are thrown as StewardError with their `code`. */
export interface EscrowManager {
  createUserEscrow(userId: string, wallet: string): Promise<Escrow>;
  /** Resolves once the transfer is final and credited. */
  depositFunds(
    userId: string,
    amount: AmountInput,
    signature: string,
    options?: { asset?: string },
  ): Promise<Escrow>;
  getBalance(userId: string): Promise<number>;
  /** Resolves with the transaction's signature once it is final. */
  withdrawFunds(
    userId: string,
    amount: AmountInput,
    destination: string,
    options?: { asset?: string },
  ): Promise<string>;
  /** Newest first. */
  getUserHistory(userId: string, limit?: number): Promise<HistoryEntry[]>;
  getEscrowPublicKey(): PublicKey;
}

const AGAIN_MS = 1000;
const PATIENCE_MS = 600_000;

export function createEscrowManager(
  connect: () => Promise<ReasoningClient>,
  publicKey: PublicKey,
): EscrowManager {
  return {
    createUserEscrow: async (userId, wallet) => (await connect()).createEscrow(userId, wallet),
    async depositFunds(userId, amount, signature, options) {
      const client = await connect();
      for (const until = Date.now() + PATIENCE_MS; ;) {
        const { escrow } = await client.deposit(userId, { amount, signature, ...options });
        if (escrow !== undefined) return escrow;
        if (Date.now() > until)
          throw new Error(`The deposit ${signature} is not final yet; it will be credited when it is.`);
        await sleep(AGAIN_MS);
      }
    },
    getBalance: async (userId) => (await (await connect()).balance(userId)).balance,
    async withdrawFunds(userId, amount, destination, options) {
      const client = await connect();
      const { status, signature, withdrawalId } = await client.withdraw(userId, {
        amount,
        destination,
        ...options,
      });
      if (status !== 'pending' && signature !== null) return signature;
      return followWithdrawal(client, userId, withdrawalId);
    },
    async getUserHistory(userId, limit = 50) {
      const client = await connect();
      return pages(limit, async (page) => {
        const { history, nextCursor } = await client.history(userId, page);
        return { items: history, nextCursor };
      });
    },
    getEscrowPublicKey: () => publicKey,
  };
}

/** The history tells how a withdrawal ended. */
async function followWithdrawal(
  client: ReasoningClient,
  userId: string,
  withdrawalId: string,
): Promise<string> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(AGAIN_MS)) {
    const { history } = await client.history(userId, { limit: 100 });
    const entry = history.find(({ id }) => id === `withdrawal:${withdrawalId}`);
    if (entry?.status === 'completed' && entry.signature !== null) return entry.signature;
    if (entry?.status === 'cancelled')
      throw new Error(`Withdrawal ${withdrawalId} was never carried out; the amount is back.`);
  }
  throw new Error(
    `Withdrawal ${withdrawalId} is still on its way; its amount stays held until the chain proves an end.`,
  );
}
