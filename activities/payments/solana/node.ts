import { Connection } from '@solana/web3.js';
import { setTimeout as delay } from 'node:timers/promises';

/** A Solana RPC node. `finality` is one consistent look at its finalized tip. */
export interface SolanaNode {
  connection: Connection;
  finality(): Promise<{ slot: number; blockHeight: number }>;
  /** Throws when the node serves another cluster: what it shows, or does not show, says nothing here. */
  assertCluster(): Promise<void>;
  /** True when the node still has everything since `slot`, so that what it does not show did not happen. */
  holdsHistorySince(slot: number): Promise<boolean>;
  /** Sends bytes that may have been sent before, which is no error. */
  send(signature: string, bytes: Uint8Array): Promise<void>;
  /** Waits until a transaction is confirmed; throws when it failed or does not show up in time. */
  confirm(signature: string, timeoutMs?: number): Promise<void>;
}

const POLL_MS = 150;
const CAIP2_REFERENCE_LENGTH = 32;

export interface SolanaNodeConfig {
  rpcUrl: string;
  /** CAIP-2: the cluster that the node must serve. */
  network: string;
  requestTimeoutMs?: number;
}

export interface SolanaRailConfig extends SolanaNodeConfig {
  /** The escrow keypair, 64 bytes: it holds what users deposited and pays sellers. */
  secretKey: Uint8Array;
}

export function createSolanaNode({
  rpcUrl,
  network,
  requestTimeoutMs = 10_000,
}: SolanaNodeConfig): SolanaNode {
  const connection = new Connection(rpcUrl, {
    commitment: 'confirmed',
    disableRetryOnRateLimit: true, // Temporal retries; this library would do it silently for minutes
    fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(requestTimeoutMs) }),
  });
  return {
    connection,
    async finality() {
      const { absoluteSlot, blockHeight } = await connection.getEpochInfo('finalized');
      if (blockHeight === undefined) throw new Error('The node does not tell its block height.');
      return { slot: absoluteSlot, blockHeight };
    },
    async assertCluster() {
      const actual = `solana:${(await connection.getGenesisHash()).slice(0, CAIP2_REFERENCE_LENGTH)}`;
      if (actual !== network)
        throw new Error(`The node serves ${actual}, not ${network}: check SOLANA_RPC_URL.`);
    },
    holdsHistorySince: async (slot) => (await connection.getFirstAvailableBlock()) <= slot,
    async send(signature, bytes) {
      try {
        await connection.sendRawTransaction(bytes);
      } catch (error) {
        if (isRepetition(error)) return; // the node has it, although its status may not show it yet
        if ((await connection.getSignatureStatus(signature)).value === null) throw error;
      }
    },
    async confirm(signature, timeoutMs = 30_000) {
      for (const until = Date.now() + timeoutMs; Date.now() < until; await delay(POLL_MS)) {
        const { value } = await connection.getSignatureStatus(signature);
        if (value?.err) throw new Error(`Transaction ${signature} failed: ${JSON.stringify(value.err)}`);
        if (value?.confirmationStatus === 'confirmed' || value?.confirmationStatus === 'finalized') return;
      }
      throw new Error(`Transaction ${signature} was not confirmed within ${timeoutMs} ms.`);
    },
  };
}

/** The runtime's own words for bytes it has seen. */
const isRepetition = (error: unknown): boolean =>
  error instanceof Error && /already been processed|AlreadyProcessed/.test(error.message);
