import '../../../config/quiet-bindings.ts';
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import { SystemProgram, type ParsedInstruction, type ParsedTransactionWithMeta } from '@solana/web3.js';

/** One move of coins or tokens, at the top level or inside another program's call. */
export interface ChainTransfer {
  source: string;
  destination: string;
  /** The wallet that authorised it. */
  authority: string;
  /** The wallet the source belongs to, which a delegate is not. */
  sourceOwner: string | null;
  amount: bigint;
}

interface TransferInfo {
  source?: string;
  destination?: string;
  authority?: string;
  lamports?: number | string;
  amount?: string;
  tokenAmount?: { amount: string };
}

/** Every instruction that ran, with those that programs called. */
function instructions(transaction: ParsedTransactionWithMeta): ParsedInstruction[] {
  const inner = (transaction.meta?.innerInstructions ?? []).flatMap((group) => group.instructions);
  return [...transaction.transaction.message.instructions, ...inner].filter(
    (instruction): instruction is ParsedInstruction => 'parsed' in instruction,
  );
}

/** Plain transfers of the chain's coin. */
export function coinTransfers(transaction: ParsedTransactionWithMeta): ChainTransfer[] {
  return instructions(transaction)
    .filter(
      ({ programId, parsed }) => programId.equals(SystemProgram.programId) && typeOf(parsed) === 'transfer',
    )
    .map(({ parsed }) => {
      const { source = '', destination = '', lamports = 0 } = infoOf(parsed);
      return { source, destination, authority: source, sourceOwner: source, amount: BigInt(lamports) };
    });
}

/** `transfer` and `transferChecked` of both token programs. */
export function tokenTransfers(transaction: ParsedTransactionWithMeta): ChainTransfer[] {
  const owners = tokenOwners(transaction);
  return instructions(transaction)
    .filter(
      ({ programId, parsed }) =>
        (programId.equals(TOKEN_PROGRAM_ID) || programId.equals(TOKEN_2022_PROGRAM_ID)) &&
        (typeOf(parsed) === 'transfer' || typeOf(parsed) === 'transferChecked'),
    )
    .map(({ parsed }) => {
      const { source = '', destination = '', authority = '', amount, tokenAmount } = infoOf(parsed);
      const sourceOwner = owners.get(source) ?? null;
      return {
        source,
        destination,
        authority,
        sourceOwner,
        amount: BigInt(amount ?? tokenAmount?.amount ?? 0),
      };
    });
}

function tokenOwners({ meta, transaction }: ParsedTransactionWithMeta): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { accountIndex, owner } of [
    ...(meta?.preTokenBalances ?? []),
    ...(meta?.postTokenBalances ?? []),
  ]) {
    const account = transaction.message.accountKeys[accountIndex]?.pubkey.toBase58();
    if (account !== undefined && owner !== undefined && !owners.has(account)) owners.set(account, owner);
  }
  return owners;
}

const typeOf = (parsed: unknown): string | undefined => (parsed as { type?: string } | null)?.type;
const infoOf = (parsed: unknown): TransferInfo => (parsed as { info?: TransferInfo }).info ?? {};
