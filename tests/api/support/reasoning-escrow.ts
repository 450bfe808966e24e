import { randomBytes } from 'node:crypto';
import { Keypair } from '@solana/web3.js';
import bs58 from 'bs58';
import type { EscrowTools } from '../../../activities/escrow/tools.ts';
import { creditDeposit, refuseDeposit } from '../../../activities/escrow/deposits.ts';
import type { Database } from '../../../db/database.ts';
import { closeTransfer } from '../../../db/ledger.ts';
import { moveWithdrawal } from '../../../db/escrow/withdrawals.ts';
import type { DepositVerdict, EscrowActivities, WithdrawalState } from '../../../domain/ports/escrow.ts';
import { sampleBook } from '../../support/sample-catalogue.ts';

/** What the chain says, by signature of a deposit and by destination of a withdrawal. The last answer repeats. */
export interface ScriptedChain {
  deposits: Map<string, DepositVerdict[]>;
  withdrawals: Map<string, WithdrawalState[]>;
}

export const newSignature = (): string => bs58.encode(randomBytes(64));
export const newWallet = (): string => Keypair.generate().publicKey.toBase58();

/** The chain is scripted. Rows, ledger and credits are as in production. */
export function scriptedEscrow(db: Database, chain: ScriptedChain): EscrowActivities {
  const tools = {
    db,
    assets: sampleBook,
    keypair: Keypair.generate(),
    checkpoint: () => undefined,
  } as unknown as EscrowTools;
  const next = <T>(words: T[] | undefined): T | undefined =>
    words !== undefined && words.length > 1 ? words.shift() : words?.[0];
  const look = async (id: string): Promise<WithdrawalState> => {
    const { rows } = await db.pool.query<{ destination: string; signature: string }>(
      'select destination, signature from withdrawal where id = $1',
      [id],
    );
    const { destination, signature } = rows[0]!;
    return next(chain.withdrawals.get(destination)) ?? { kind: 'finalized', signature };
  };
  return {
    verifyDeposit: async ({ signature }) =>
      next(chain.deposits.get(signature)) ?? { kind: 'finalized', slot: 1 },
    creditDeposit: (claim) => creditDeposit(tools, claim),
    refuseDeposit: (claim) => refuseDeposit(tools, claim),
    async signWithdrawal({ withdrawalId }) {
      const signed = { sealed: Buffer.from('signed'), signature: newSignature(), lastValidHeight: 1 };
      await moveWithdrawal(db.pool, withdrawalId, ['held'], 'signed', { signed });
    },
    async submitWithdrawal({ withdrawalId }) {
      await moveWithdrawal(db.pool, withdrawalId, ['signed', 'submitted', 'unknown'], 'submitted');
      return look(withdrawalId);
    },
    observeWithdrawal: ({ withdrawalId }) => look(withdrawalId),
    async closeWithdrawal({ withdrawalId, outcome }) {
      if (outcome !== 'unknown')
        await closeTransfer(
          db.pool,
          `withdrawal:${withdrawalId}`,
          outcome === 'finalized' ? 'posted' : 'voided',
        );
      await moveWithdrawal(db.pool, withdrawalId, ['held', 'signed', 'submitted', 'unknown'], outcome);
    },
  };
}
