import type { FaultingRpc } from './faulting-rpc.ts';

interface Listed {
  slot: number;
}
interface Statuses {
  context: { slot: number };
  value: (Listed | null)[];
}

const FINALITY = 31;

/**
 * surfpool answers `getEpochInfo` for its newest block, whatever commitment is asked for. Other nodes answer for the
 * one that was asked for.
 */
export function honourFinality(node: FaultingRpc): void {
  node.fault('getEpochInfo', {
    kind: 'change',
    result: (info, params) => {
      const [{ commitment } = {}] = params as { commitment?: string }[];
      if (commitment !== 'finalized') return info;
      const { absoluteSlot, blockHeight, ...rest } = info as { absoluteSlot: number; blockHeight: number };
      return { ...rest, absoluteSlot: absoluteSlot - FINALITY, blockHeight: blockHeight - FINALITY };
    },
  });
}

/** From now on the node knows nothing after the slot, and says so to those who ask for more. */
export function holdBackSlots(node: FaultingRpc, head: number): void {
  const known = <T extends Listed>(entry: T | null): T | null => (entry && entry.slot > head ? null : entry);
  node.fault('getEpochInfo', {
    kind: 'change',
    result: (info) => ({ ...(info as object), absoluteSlot: head - 32, blockHeight: head - 32 }),
  });
  node.fault('getTransaction', { kind: 'change', result: (found) => known(found as Listed | null) });
  node.fault('getSignaturesForAddress', {
    kind: 'change',
    result: (list, params) => {
      const { minContextSlot = 0 } = (params as [string, { minContextSlot?: number }])[1];
      if (minContextSlot > head) throw new Error('Minimum context slot has not been reached');
      return (list as Listed[]).filter((entry) => known(entry) !== null);
    },
  });
  node.fault('getSignatureStatuses', {
    kind: 'change',
    result: (statuses) => ({ context: { slot: head }, value: (statuses as Statuses).value.map(known) }),
  });
}

/** From now on the node shows no transactions, and a tip that is far ahead. */
export function showNothing(node: FaultingRpc): void {
  const far = 1_000_000_000;
  node.fault('getEpochInfo', {
    kind: 'change',
    result: (info) => ({ ...(info as object), absoluteSlot: far, blockHeight: far }),
  });
  node.fault('getTransaction', { kind: 'answer', result: () => null });
  node.fault('getSignaturesForAddress', { kind: 'answer', result: () => [] });
  node.fault('getSignatureStatuses', {
    kind: 'answer',
    result: () => ({ context: { slot: far }, value: [null] }),
  });
}
