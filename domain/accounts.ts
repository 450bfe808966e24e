import type { Asset } from '../schemas/core/money.ts';

/** What the engine keeps books of; families add kinds of their own. */
export const ACCOUNT_KINDS = [
  'escrow',
  'reserve',
  'payee',
  'world',
  'bridge',
  'float',
  'treasury',
  'withdrawal',
  'surplus',
] as const;

/** Kinds whose balances lie in our accounts on the chains. */
export const CUSTODY_KINDS = ['escrow', 'reserve', 'bridge', 'float', 'treasury', 'surplus'] as const;

declare const FAMILY_ACCOUNT: unique symbol;
/** A kind that a family declares in its manifest. */
export type FamilyAccount = string & { readonly [FAMILY_ACCOUNT]: true };

/** A ledger account as entries name it. Capped accounts never go below zero (architecture decision 5). */
export interface AccountRef {
  account: string;
  tenant: string;
  kind: (typeof ACCOUNT_KINDS)[number] | FamilyAccount;
  owner: string;
  asset: string;
  capped: boolean;
}

const ref = (
  kind: AccountRef['kind'],
  tenant: string,
  owner: string,
  asset: Asset,
  capped: boolean,
): AccountRef => ({
  account: `${kind}:${tenant}:${owner}:${asset.id}`,
  tenant,
  kind,
  owner,
  asset: asset.id,
  capped,
});

/** What a user has and may spend or withdraw. */
export const escrowAccount = (tenant: string, userId: string, asset: Asset): AccountRef =>
  ref('escrow', tenant, userId, asset, true);

/** What was set aside for one run when it was approved. */
export const reserveAccount = (tenant: string, runId: string, asset: Asset): AccountRef =>
  ref('reserve', tenant, runId, asset, true);

/** What sellers were paid; a sum, never a limit. */
export const payeeAccount = (tenant: string, payTo: string, asset: Asset): AccountRef =>
  ref('payee', tenant, payTo, asset, false);

/** Everything outside: deposits come from it, withdrawals go to it. Belongs to nobody. */
export const worldAccount = (asset: Asset): AccountRef => ref('world', 'system', 'world', asset, false);

/** Collects what users paid in their asset for payments made on another chain; the float pays there. */
export const bridgeAccount = (asset: Asset): AccountRef => ref('bridge', 'system', 'operator', asset, false);

/** What the operator set apart for runs that spend its own money. Capped: such runs never spend what users deposited. */
export const treasuryAccount = (asset: Asset): AccountRef =>
  ref('treasury', 'system', 'operator', asset, true);

/**
 * The operator's own money in the chain account. That of a chain's coin bears what the operator's transactions cost, and is
 * capped: fees and rents never come out of what users deposited. What it has of a token is a position, which may be owed.
 */
export const floatAccount = (asset: Asset): AccountRef =>
  ref('float', 'system', 'operator', asset, asset.address === null);

/** What came in on a chain and nobody has claimed: one account for each arrival. Capped, so it is given away once. */
export const surplusAccount = (asset: Asset, arrivalId: string): AccountRef =>
  ref('surplus', 'system', arrivalId, asset, true);
