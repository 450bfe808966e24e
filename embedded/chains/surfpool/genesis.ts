/**
 * The local chain answers with devnet's genesis hash. The x402 packages accept only three Solana networks (mainnet,
 * devnet, testnet). A CAIP-2 id is the beginning of the genesis hash. And the local chain must not pass for one that
 * holds real money.
 */
export const LOCAL_GENESIS_HASH = 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG';

export const SLOTS_PER_EPOCH = 432_000;

/** Where a chain without a state begins. It lies above the 31 slots that separate `processed` from `finalized`. */
const FIRST_SLOT = 100;

/**
 * Slots left out at a restart. After them every earlier blockhash has expired, so nothing signed on one can land twice.
 */
const RESTART_GAP = 300;

export interface ChainPosition {
  readonly slot: number;
  readonly blockHeight: number;
}

/** Where the chain goes on: as if it had kept running in the meantime, and past all its old blockhashes. */
export function resumePosition(
  saved: (ChainPosition & { savedAt: number }) | undefined,
  now: number,
  slotTimeMs: number,
): ChainPosition {
  if (!saved) return { slot: FIRST_SLOT, blockHeight: FIRST_SLOT };
  const away = Math.max(0, Math.ceil((now - saved.savedAt) / slotTimeMs)) + RESTART_GAP;
  return { slot: saved.slot + away, blockHeight: saved.blockHeight + away };
}

/** The position as `getEpochInfo` tells it. */
export function epochInfo({ slot, blockHeight }: ChainPosition): Record<string, number> {
  return {
    absoluteSlot: slot,
    blockHeight,
    epoch: Math.floor(slot / SLOTS_PER_EPOCH),
    slotIndex: slot % SLOTS_PER_EPOCH,
    slotsInEpoch: SLOTS_PER_EPOCH,
    transactionCount: 0,
  };
}
