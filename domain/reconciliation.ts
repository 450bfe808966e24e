/**
 * The three-way check: chain against ledger against runs (common.md "Runs", `GET /ledger/reconciliation`). It gets
 * facts and returns findings; it reads and repairs nothing.
 */

/** Every kind of difference there is, what it means, and what the reconciler does about it by itself. */
export const FINDING_KINDS = {
  chain_shortfall: {
    means: 'A chain account holds less than the ledger says, beyond what is under way.',
    repair: 'none',
  },
  chain_surplus: {
    means:
      'A chain account holds more than the ledger says, and no transfer is found that brought it: it was there before Steward looked.',
    repair: 'none',
  },
  chain_unreachable: { means: 'A chain could not be asked what an account holds.', repair: 'none' },
  unbalanced_transfer: { means: 'The entries of a transfer do not sum to zero.', repair: 'none' },
  balance_mismatch: {
    means: 'A guarded balance is not what its entries say.',
    repair: 'the balance is set to what its entries say',
  },
  payment_transfer: {
    means: 'A payment and the transfer that holds its money tell different things.',
    repair: 'the transfer is closed as the chain proves, where it proves it',
  },
  withdrawal_transfer: {
    means: 'A withdrawal and its transfer tell different things.',
    repair: 'none',
  },
  deposit_transfer: {
    means: 'A deposit is called credited, and the ledger does not have it.',
    repair: 'none',
  },
  surplus_account: {
    means: 'What came in and was not claimed is not what the ledger has of it.',
    repair: 'none',
  },
  orphan_hold: { means: 'Money is held for a payment that does not hold it.', repair: 'none' },
  stale_hold: {
    means: 'Money is held for a payment of an ended run for which nothing was signed.',
    repair: 'the hold is taken back and the money returned to the user',
  },
  reserve_left: {
    means: 'A run has ended and its reserve still has money that nothing holds.',
    repair: 'the money is returned to the user',
  },
  run_stranded: {
    means: 'A run is called live, but its workflow has ended without saying so, or is gone.',
    repair:
      'once no payment of it is open and nothing is to be undone, the run is failed and its money returned',
  },
  paid_twice: { means: 'A step has two payments that settled or may settle.', repair: 'none' },
  over_approval: { means: 'A run has paid more than was approved.', repair: 'none' },
  cost_differs: {
    means: 'What an ended run says it cost is not what the ledger says it paid.',
    repair: 'none',
  },
  journal_differs: {
    means:
      'What a run’s events tell of a payment does not end with its state, or tells an earlier state after a later one.',
    repair: 'none',
  },
  payment_not_on_chain: {
    means: 'The ledger has posted a payment that its chain does not show.',
    repair: 'none',
  },
  void_payment_landed: {
    means: 'A payment that was proven void is on its chain all the same.',
    repair: 'none',
  },
} as const satisfies { [kind: string]: { means: string; repair: string } };

export type FindingKind = keyof typeof FINDING_KINDS;

/** One difference. `object` names what differs: a transfer, payment, account, withdrawal, deposit or run. */
export interface Finding {
  kind: FindingKind;
  tenant: string;
  runId: string | null;
  object: string;
  detail: string;
  /** The size of the difference, where another size makes it another difference. */
  size?: string;
}

/** A chain account of the installation as one look saw it. Amounts are minor units. */
export interface CustodyLook {
  /** What the ledger says must be there, and what pending transfers may have moved already or not yet. */
  ledger: bigint;
  mayHaveLeft: bigint;
  mayHaveCome: bigint;
  /** Of the ledger: what came in and nobody has claimed. */
  surplus: bigint;
}

/** The ledger was read before and after the chain was asked, so that what moved in between is not a difference. */
export interface CustodyFacts {
  account: string;
  asset: string;
  before: CustodyLook;
  after: CustodyLook;
  /** At finality; null when the chain did not answer: then `problem` says why. */
  chain: bigint | null;
  problem?: string;
}

/** The position of an account. `drift` is chain - ledger; `explained` when money under way accounts for it. */
export interface AccountPosition {
  account: string;
  asset: string;
  ledger: bigint;
  chain: bigint | null;
  drift: bigint;
  explained: boolean;
  surplus: bigint;
}

export function positionOf({ account, asset, before, after, chain }: CustodyFacts): AccountPosition {
  const { ledger, surplus } = after;
  if (chain === null) return { account, asset, ledger, chain, drift: 0n, explained: false, surplus };
  const low = least(before.ledger - before.mayHaveLeft, after.ledger - after.mayHaveLeft);
  const high = most(before.ledger + before.mayHaveCome, after.ledger + after.mayHaveCome);
  const drift = chain - ledger;
  return { account, asset, ledger, chain, drift, explained: chain >= low && chain <= high, surplus };
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** The finding about an account's position, with amounts as `show` writes them for people; undefined when it is as it must be. */
export function judgeAccount(
  position: AccountPosition,
  show: (minor: bigint) => string,
  problem = 'no answer',
): Finding | undefined {
  const { account, asset, ledger, chain, drift, explained } = position;
  const base = { tenant: 'system', runId: null, object: account };
  if (chain === null)
    return {
      ...base,
      kind: 'chain_unreachable',
      detail: `The chain of ${asset} could not be asked: ${problem}`,
    };
  if (explained) return undefined;
  const kind = drift < 0n ? 'chain_shortfall' : 'chain_surplus';
  const size = drift < 0n ? `${show(-drift)} less` : `${show(drift)} more`;
  return {
    ...base,
    kind,
    detail: `The chain holds ${size} than the ledger: ${show(chain)} instead of ${show(ledger)} (${asset}).`,
    size: drift.toString(),
  };
}

/**
 * The stable name of an item for a person: the same difference opens one item, a difference of another size another
 * item.
 */
export const attentionIdOf = ({ kind, object, size }: Finding): string =>
  ['books', kind, object, ...(size === undefined ? [] : [size])].join(':');

/** A chain that does not answer is reported by health, and those who watch its payments are told anyway. */
export const needsPerson = ({ kind }: Finding): boolean => kind !== 'chain_unreachable';

/**
 * Kinds of which every check finds all. Other kinds are found in samples, so a check that misses one proves nothing.
 */
export const WHOLE_KINDS: readonly FindingKind[] = (Object.keys(FINDING_KINDS) as FindingKind[]).filter(
  (kind) => !['run_stranded', 'payment_not_on_chain', 'void_payment_landed'].includes(kind),
);
