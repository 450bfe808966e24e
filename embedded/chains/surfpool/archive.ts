/**
 * The Solana chain on disk. surfpool keeps all in memory; its CLI can write a database, the library cannot. So the host
 * writes two files after each transaction and reads them back at start:
 *
 * - `state.json`: slot, block height, and every account that is not part of the runtime (owner, lamports, data);
 *   replaced atomically.
 * - `history.jsonl`: one line a transaction, in the three encodings clients ask for; `state.json` says how much of it
 *   belongs to the accounts, the rest of a torn write is cut off.
 *
 * What survives a restart: accounts and balances exactly; all transactions since the chain began, with their statuses and
 * the list by address, so that a transaction that is not there did not happen (rpc-front.ts); slots and block height go on
 * from where the clock would be. What does not: blocks (`getBlock`), and blockhashes, which have
 * all expired, as after a long pause of a client. A SIGKILL of the host itself loses what was confirmed in the last
 * tenth of a second, accounts and transactions alike: a payment in it is void, and its money is where it was. Block times
 * are surfpool's own, which are wrong: 0 at first, later thousandths of the Unix time.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { join } from 'node:path';

export interface StoredAccount {
  readonly lamports: number;
  readonly owner: string;
  /** base64 */
  readonly data: string;
}

export interface ChainState {
  readonly slot: number;
  readonly blockHeight: number;
  /** Unix milliseconds. */
  readonly savedAt: number;
  /** Bytes of the history that belong to this state. */
  readonly historyBytes: number;
  readonly accounts: Readonly<Record<string, StoredAccount>>;
}

export const ENCODINGS = ['json', 'jsonParsed', 'base64'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface StoredTransaction {
  readonly signature: string;
  readonly slot: number;
  readonly blockTime: number | null;
  readonly err: unknown;
  readonly addresses: readonly string[];
  /** The chain's own `getTransaction` answers. */
  readonly answers: Readonly<Record<Encoding, unknown>>;
}

export interface Archive {
  loadState(): ChainState | undefined;
  loadHistory(): StoredTransaction[];
  appendTransactions(transactions: readonly StoredTransaction[]): void;
  saveState(state: Omit<ChainState, 'historyBytes'>): void;
}

/**
 * Opens the folder, and cuts off history that the saved state does not cover. It is synchronous, because there is one
 * writer and files are small.
 */
export function openArchive(directory: string): Archive {
  mkdirSync(directory, { recursive: true });
  const statePath = join(directory, 'state.json');
  const historyPath = join(directory, 'history.jsonl');
  const readState = (): ChainState | undefined =>
    existsSync(statePath) ? (JSON.parse(readFileSync(statePath, 'utf8')) as ChainState) : undefined;
  let historyBytes = readState()?.historyBytes ?? 0;
  if (existsSync(historyPath)) truncateSync(historyPath, historyBytes);
  return {
    loadState: readState,
    loadHistory() {
      if (!existsSync(historyPath)) return [];
      const lines = readFileSync(historyPath, 'utf8').split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line) as StoredTransaction);
    },
    appendTransactions(transactions) {
      if (transactions.length === 0) return;
      const text = transactions.map((transaction) => `${JSON.stringify(transaction)}\n`).join('');
      appendFileSync(historyPath, text);
      historyBytes += Buffer.byteLength(text);
    },
    saveState(state) {
      writeFileSync(`${statePath}.new`, JSON.stringify({ ...state, historyBytes }));
      renameSync(`${statePath}.new`, statePath);
    },
  };
}
