import { callRpc } from '../json-rpc.ts';

interface BlockHead {
  readonly number: `0x${string}`;
  readonly timestamp: `0x${string}`;
  readonly transactions: readonly string[];
}

export interface TickerOptions {
  readonly rpcUrl: string;
  /** How often to look, and so the distance of the blocks that finalize a transaction. */
  readonly blockTimeMs: number;
  /** An empty block at least this often, so that the finalized timestamp passes expiries on an idle chain. */
  readonly heartbeatMs: number;
}

/**
 * In the first half hour of a fresh stack somebody watches, so expiries become provable sooner. That adds less than 1
 * MB to the state.
 */
const LIVELY_FOR_MS = 1_800_000;
const LIVELY_HEARTBEAT_MS = 3000;

/** Blocks after a transaction until `finalized` (latest minus two epochs of one slot) has reached it. */
const BLOCKS_TO_FINALITY = 2;

/**
 * Mines on top of anvil's automine: a block for each tick while a transaction is not finalized, and a rare heartbeat. A
 * fixed interval would do too, but each block adds 1.7 KB to the saved state for ever: 150 MB a day at one a second.
 */
export function startBlockTicker({ rpcUrl, blockTimeMs, heartbeatMs }: TickerOptions): { stop(): void } {
  const startedAtMs = Date.now();
  const beat = (): number =>
    Date.now() - startedAtMs < LIVELY_FOR_MS ? Math.min(heartbeatMs, LIVELY_HEARTBEAT_MS) : heartbeatMs;
  let stopped = false;
  let timer: NodeJS.Timeout;
  const schedule = (): void => {
    timer = setTimeout(() => void tick(), blockTimeMs).unref();
  };
  const tick = async (): Promise<void> => {
    // The chain may be gone or busy for a moment; the next tick looks again.
    await mineIfDue(rpcUrl, beat()).catch(() => undefined);
    if (!stopped) schedule();
  };
  schedule();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function mineIfDue(rpcUrl: string, heartbeatMs: number): Promise<void> {
  // Automine is off when somebody holds transactions back on purpose.
  if ((await callRpc(rpcUrl, 'anvil_getAutomine')) !== true) return;
  const latest = await readBlock(rpcUrl, 'latest');
  const isSilent = Date.now() - Number(latest.timestamp) * 1000 >= heartbeatMs;
  if (isSilent || (await hasUnfinalizedTransactions(rpcUrl, latest))) await callRpc(rpcUrl, 'evm_mine');
}

async function hasUnfinalizedTransactions(rpcUrl: string, latest: BlockHead): Promise<boolean> {
  let block = latest;
  for (let depth = 1; ; depth += 1) {
    if (block.transactions.length > 0) return true;
    const parent = BigInt(block.number) - 1n;
    if (depth === BLOCKS_TO_FINALITY || parent < 0n) return false;
    block = await readBlock(rpcUrl, `0x${parent.toString(16)}`);
  }
}

async function readBlock(rpcUrl: string, tag: string): Promise<BlockHead> {
  return (await callRpc(rpcUrl, 'eth_getBlockByNumber', [tag, false])) as BlockHead;
}
