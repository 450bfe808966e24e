import type { Asset } from '../../schemas/core/money.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { escrowAccount, reserveAccount, treasuryAccount, type AccountRef } from '../accounts.ts';
import { escrowAsset, type AssetBook } from '../assets.ts';
import { EngineError } from '../errors.ts';
import { formatUnits } from '../money.ts';
import type { SignOutcome } from '../ports/payments.ts';

/**
 * What a run pays from, stored with it. `escrow`: what its owner deposited (default: the run's subject). `treasury`: the
 * operator's own money. `budget`: the same, as far as one named budget goes, whatever its mode. `nothing`: the run pays nothing.
 */
export type Purse = (
  | { kind: 'escrow'; owner?: string }
  | { kind: 'treasury' }
  | { kind: 'budget'; budget: string }
  | { kind: 'nothing' }
) & {
  /** The agent that spends, for budgets that are for one. */
  agent?: string;
  /** What a payment does that a budget has no room for: its run waits, or it is told at once. */
  withoutRoom?: 'pause' | 'refuse';
};

/** What a run's purse needs to know of it. */
export interface PurseOwner {
  id: string;
  tenant: string;
  subject: string;
  purse: Purse;
}

/** A run's purse in one asset, as the ledger sees it. */
export interface RunPurse {
  tenant: string;
  runId: string;
  /** What the run's reserve is in. */
  held: Asset;
  reserve: AccountRef;
  /** Where the reserve is filled from, and where the rest goes back to. */
  source: AccountRef;
  /** True when an approval sets money aside; else each payment draws what it needs. */
  drawsAhead: boolean;
  /** Kept with each transfer. */
  data: JsonObject;
  /** What a payment is told that lacks this much (minor units). */
  short(shortBy: bigint): Extract<SignOutcome, { kind: 'refused' }>;
}

/** The purse that pays for something priced in `assetId` (CAIP-19). */
export function purseFor(book: AssetBook, run: PurseOwner, assetId: string): RunPurse {
  return run.purse.kind === 'escrow'
    ? escrowPurse(run, run.purse, assetsOf(book, assetId).held)
    : treasuryPurse(run, paidAsset(book, assetId));
}

/** The purse whose reserve is in this asset, by its code or its CAIP-19 id. */
export function purseHolding(book: AssetBook, run: PurseOwner, codeOrId: string): RunPurse {
  if (run.purse.kind === 'escrow') return escrowPurse(run, run.purse, heldAsset(book, codeOrId));
  const asset = book.assets.find(({ id }) => id === codeOrId) ?? heldAsset(book, codeOrId);
  return treasuryPurse(run, asset);
}

function escrowPurse(run: PurseOwner, { owner = run.subject }: { owner?: string }, held: Asset): RunPurse {
  const source = escrowAccount(run.tenant, owner, held);
  return { ...purse(run, held, source), drawsAhead: true, data: { userId: owner }, short: escrowShort(held) };
}

const treasuryPurse = (run: PurseOwner, held: Asset): RunPurse => ({
  ...purse(run, held, treasuryAccount(held)),
  drawsAhead: false,
  data: {},
  short: treasuryShort(held),
});

const purse = (
  { id, tenant }: PurseOwner,
  held: Asset,
  source: AccountRef,
): Pick<RunPurse, 'tenant' | 'runId' | 'held' | 'reserve' | 'source'> => ({
  tenant,
  runId: id,
  held,
  reserve: reserveAccount(tenant, id, held),
  source,
});

const escrowShort =
  ({ code, decimals }: Asset): RunPurse['short'] =>
  (shortBy) => ({
    kind: 'refused',
    reason: 'low_balance',
    message: `The payment needs ${formatUnits(shortBy, decimals)} ${code} more than the escrow has. Please top up.`,
    shortBy: shortBy.toString(),
  });

const treasuryShort =
  ({ code, decimals, network }: Asset): RunPurse['short'] =>
  (shortBy) => ({
    kind: 'refused',
    reason: 'treasury_short',
    message: `The payment needs ${formatUnits(shortBy, decimals)} ${code} more than the treasury has on ${network}.`,
    shortBy: shortBy.toString(),
  });

/** The asset with this CAIP-19 id. Throws `unknown_asset`. */
export function paidAsset(book: AssetBook, assetId: string): Asset {
  const paid = book.assets.find((asset) => asset.id === assetId);
  if (paid !== undefined) return paid;
  throw new EngineError(
    'unknown_asset',
    `${assetId} is not among this installation's assets: add it to ESCROW_ASSETS or EVM_ASSETS.`,
  );
}

/** The escrow asset that pays for something priced in `assetId` (CAIP-19), and the priced asset itself. */
export function assetsOf(book: AssetBook, assetId: string): { held: Asset; paid: Asset } {
  const paid = paidAsset(book, assetId);
  const held = escrowAsset(book, paid.code);
  if (held !== undefined) return { held, paid };
  throw new EngineError(
    'unknown_asset',
    `Users' escrow has no ${paid.code}, so nothing is paid in it from there: add it to ESCROW_ASSETS.`,
  );
}

/** The escrow asset by its code or its CAIP-19 id. */
export function heldAsset(book: AssetBook, codeOrId: string): Asset {
  const asset = book.assets.find(({ id }) => id === codeOrId) ?? escrowAsset(book, codeOrId);
  if (asset === undefined || asset.network !== book.escrowNetwork)
    throw new EngineError('unknown_asset', `${codeOrId} cannot be held in escrow here.`);
  return asset;
}
