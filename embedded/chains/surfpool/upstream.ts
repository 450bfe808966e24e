/**
 * The chain's past as a Solana RPC, which surfpool asks for what it does not know. surfpool takes from it the slot, the
 * block height, the genesis hash and the transactions of earlier starts. Accounts are not served here: they are set in
 * the chain at its start. It runs in a thread of its own, because starting surfpool blocks the host's.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { ENCODINGS, type Encoding, type StoredTransaction } from './archive.ts';
import { epochInfo, LOCAL_GENESIS_HASH, SLOTS_PER_EPOCH, type ChainPosition } from './genesis.ts';

export interface UpstreamData {
  readonly position: ChainPosition;
  readonly history: readonly StoredTransaction[];
}

interface RpcRequest {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[] | null;
}

type Answer = { result: unknown } | { error: { code: number; message: string } };

/** Answers one RPC request about the past. Exported for its tests. */
export function createUpstream({ position, history }: UpstreamData): (request: RpcRequest) => Answer {
  const bySignature = new Map(history.map((transaction) => [transaction.signature, transaction]));
  const newestFirst = history.toReversed();
  const withContext = (value: unknown): Answer => ({ result: { context: { slot: position.slot }, value } });
  const noAccounts = (): Answer => withContext([]);
  const handlers: Record<string, (params: readonly unknown[]) => Answer> = {
    getEpochInfo: () => ({ result: epochInfo(position) }),
    getEpochSchedule: () => ({
      result: {
        slotsPerEpoch: SLOTS_PER_EPOCH,
        leaderScheduleSlotOffset: SLOTS_PER_EPOCH,
        warmup: false,
        firstNormalEpoch: 0,
        firstNormalSlot: 0,
      },
    }),
    getGenesisHash: () => ({ result: LOCAL_GENESIS_HASH }),
    getVersion: () => ({ result: { 'solana-core': '4.1.2', 'feature-set': 0 } }),
    getFirstAvailableBlock: () => ({ result: 0 }),
    minimumLedgerSlot: () => ({ result: 0 }),
    getSlot: () => ({ result: position.slot }),
    getBlockHeight: () => ({ result: position.blockHeight }),
    getBlocks: () => ({ result: [] }),
    getAccountInfo: () => withContext(null),
    getMultipleAccounts: ([addresses]) => withContext((addresses as string[]).map(() => null)),
    getProgramAccounts: () => ({ result: [] }),
    getTokenAccountsByOwner: noAccounts,
    getTokenAccountsByDelegate: noAccounts,
    getTokenLargestAccounts: noAccounts,
    getSignatureStatuses: ([signatures]) =>
      withContext((signatures as string[]).map((signature) => statusOf(bySignature.get(signature)))),
    getTransaction: ([signature, config]) => {
      const encoding = encodingOf(config);
      return encoding
        ? { result: bySignature.get(String(signature))?.answers[encoding] ?? null }
        : { error: { code: -32602, message: `encoding must be one of ${ENCODINGS.join(', ')}` } };
    },
    getSignaturesForAddress: ([address, config]) => ({
      result: listSignatures(newestFirst, String(address), config ?? {}),
    }),
  };
  return (request) =>
    handlers[request.method]?.(request.params ?? []) ?? {
      error: { code: -32601, message: `${request.method} is not kept across restarts` },
    };
}

interface SignatureRange {
  readonly before?: string | null;
  readonly until?: string | null;
  readonly limit?: number | null;
}

function listSignatures(newestFirst: readonly StoredTransaction[], address: string, range: SignatureRange) {
  const mine = newestFirst.filter((transaction) => transaction.addresses.includes(address));
  const positionOf = (signature: string) => mine.findIndex((entry) => entry.signature === signature);
  // A `before` from the time since the start is newer than all of the past.
  const start = range.before ? positionOf(range.before) + 1 : 0;
  const until = range.until ? positionOf(range.until) : -1;
  const end = Math.min(until < 0 ? mine.length : until, start + (range.limit ?? 1000));
  return mine.slice(start, end).map(({ signature, slot, blockTime, err }) => ({
    signature,
    slot,
    err,
    memo: null,
    blockTime,
    confirmationStatus: 'finalized',
  }));
}

function statusOf(transaction: StoredTransaction | undefined) {
  if (!transaction) return null;
  const { slot, err } = transaction;
  const status = err === null ? { Ok: null } : { Err: err };
  return { slot, confirmations: null, err, status, confirmationStatus: 'finalized' };
}

function encodingOf(config: unknown): Encoding | undefined {
  const wanted =
    typeof config === 'string' ? config : (config as { encoding?: string } | undefined)?.encoding;
  return ENCODINGS.find((encoding) => encoding === (wanted ?? 'json'));
}

function serve(data: UpstreamData, onListening: (port: number) => void): void {
  const answer = createUpstream(data);
  const reply = (request: RpcRequest) => ({ jsonrpc: '2.0', id: request.id, ...answer(request) });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as RpcRequest | RpcRequest[];
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(Array.isArray(body) ? body.map(reply) : reply(body)));
    });
  });
  server.on('error', (error) => process.stderr.write(`${String(error)}\n`));
  server.listen(0, '127.0.0.1', () => onListening((server.address() as AddressInfo).port));
}

if (parentPort) {
  const port = parentPort;
  serve(workerData as UpstreamData, (listening) => port.postMessage(listening));
}
