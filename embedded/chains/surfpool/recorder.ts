import { callRpc } from '../json-rpc.ts';
import {
  ENCODINGS,
  type Archive,
  type Encoding,
  type StoredAccount,
  type StoredTransaction,
} from './archive.ts';
import type { ChainPosition } from './genesis.ts';
import type { Surfnet } from './native.ts';

export interface RecorderOptions {
  readonly surfnet: Surfnet;
  readonly archive: Archive;
  readonly intervalMs: number;
  /** A state is written at least this often, so that slots go on about where they were. */
  readonly idleMs: number;
}

interface ExportedAccount {
  readonly lamports: number;
  readonly owner: string;
  readonly executable: boolean;
  readonly data: string;
}

interface TransactionAnswer {
  readonly slot: number;
  readonly blockTime: number | null;
  readonly meta: { readonly err: unknown } | null;
  readonly transaction: { readonly message: { readonly accountKeys: readonly { pubkey: string }[] } };
}

/** Accounts of these owners belong to the runtime and exist after every start. */
const RUNTIME_OWNERS = new Set([
  'NativeLoader1111111111111111111111111111111',
  'Feature111111111111111111111111111111111111',
  'Config1111111111111111111111111111111111111',
  'Sysvar1111111111111111111111111111111111111',
  'BPFLoader1111111111111111111111111111111111',
  'BPFLoader2111111111111111111111111111111111',
  'BPFLoaderUpgradeab1e11111111111111111111111',
]);

const ATTEMPTS = 10;
const OVERDUE = 10; // times the usual wait

/** surfpool tells of transactions that it refused under an empty signature. */
const isSignature = (signature: string | undefined): signature is string =>
  signature !== undefined && !/^1*$/.test(signature);

/** Writes what happens on the chain to its archive, a moment after it happened. */
export function startRecorder({ surfnet, archive, intervalMs, idleMs }: RecorderOptions) {
  const pending = new Set<string>();
  let dirty = true;
  let savedAt = 0;

  async function archivePending(): Promise<void> {
    const known = await Promise.all(
      [...pending].map((signature) => readTransaction(surfnet.rpcUrl, signature)),
    );
    const confirmed = known.filter((transaction) => transaction !== undefined);
    archive.appendTransactions(confirmed);
    for (const { signature } of confirmed) pending.delete(signature);
  }

  /** True when a transaction was processed since the last look. */
  function look(): boolean {
    let moved = false;
    for (const event of surfnet.drainEvents()) {
      if (event.kind === 'transactionProcessed' && isSignature(event.transactionSignature)) {
        pending.add(event.transactionSignature);
        moved = true;
      }
      dirty ||= event.kind === 'transactionProcessed' || event.kind === 'accountUpdate';
    }
    return moved;
  }

  async function record(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      look();
      if (pending.size > 0) await archivePending();
      const isIdle = Date.now() - savedAt > idleMs;
      if (!(dirty && pending.size === 0) && !isIdle) return;
      const state = {
        ...(await readPosition(surfnet.rpcUrl)),
        savedAt: Date.now(),
        accounts: await readAccounts(surfnet.rpcUrl),
      };
      // Accounts are written with the history that explains them: what was processed while they were read is in one and not in
      // the other. A stream of transactions must not put that off for ever.
      if (look() || pending.size > 0) {
        if (attempt < ATTEMPTS) continue;
        if (Date.now() - savedAt < OVERDUE * idleMs) return;
      }
      archive.saveState(state);
      savedAt = Date.now();
      dirty = pending.size > 0;
      return;
    }
  }

  const rounds = repeat(record, intervalMs);
  return {
    /** Writes everything that is confirmed, or becomes so within the time given. */
    async stop(timeoutMs: number): Promise<void> {
      await rounds.stop();
      const deadline = Date.now() + timeoutMs;
      do await record();
      while (pending.size > 0 && Date.now() < deadline);
      savedAt = 0;
      await record();
    },
  };
}

/** Does the work again and again, with a rest in between, until it is stopped. */
function repeat(work: () => Promise<void>, restMs: number): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = work()
        .catch((error: unknown) =>
          process.stderr.write(`The chain's state was not written: ${String(error)}\n`),
        )
        .then(schedule);
    }, restMs);
  };
  schedule();
  return {
    async stop() {
      clearTimeout(timer);
      await running;
      clearTimeout(timer); // it was set anew meanwhile
    },
  };
}

async function readPosition(rpcUrl: string): Promise<ChainPosition> {
  const info = await callRpc(rpcUrl, 'getEpochInfo', [{ commitment: 'processed' }]);
  const { absoluteSlot, blockHeight } = info as { absoluteSlot: number; blockHeight: number };
  return { slot: absoluteSlot, blockHeight };
}

async function readAccounts(rpcUrl: string): Promise<Record<string, StoredAccount>> {
  const exported = (await callRpc(rpcUrl, 'surfnet_exportSnapshot')) as {
    value: Record<string, ExportedAccount>;
  };
  const own = Object.entries(exported.value).filter(
    ([, account]) => !account.executable && !RUNTIME_OWNERS.has(account.owner),
  );
  return Object.fromEntries(
    own.map(([address, { lamports, owner, data }]) => [address, { lamports, owner, data }]),
  );
}

/** Undefined while the block is not confirmed. */
async function readTransaction(rpcUrl: string, signature: string): Promise<StoredTransaction | undefined> {
  const read = (encoding: Encoding) =>
    callRpc(rpcUrl, 'getTransaction', [
      signature,
      { encoding, commitment: 'confirmed', maxSupportedTransactionVersion: 0 },
    ]);
  const parsed = (await read('jsonParsed')) as TransactionAnswer | null;
  if (!parsed) return undefined;
  const answers = { jsonParsed: parsed, json: null, base64: null } as Record<Encoding, unknown>;
  for (const encoding of ENCODINGS) answers[encoding] ??= await read(encoding);
  return {
    signature,
    slot: parsed.slot,
    blockTime: parsed.blockTime,
    err: parsed.meta?.err ?? null,
    addresses: parsed.transaction.message.accountKeys.map((key) => key.pubkey),
    answers,
  };
}
