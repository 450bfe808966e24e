import bs58 from 'bs58';
import { findEscrowUser, type EscrowUser } from '../../../../db/escrow/users.ts';
import { escrowAsset } from '../../../../domain/assets.ts';
import { parseUnits } from '../../../../domain/money.ts';
import type { Asset } from '../../../../schemas/core/money.ts';
import type { Ctx } from '../../../context.ts';
import { ApiError } from '../../../problem.ts';
import type { ReasoningOptions } from '../options.ts';

const ADDRESS_BYTES = 32;
const SIGNATURE_BYTES = 64;

export const isAddress = (text: string): boolean => bs58.decodeUnsafe(text)?.length === ADDRESS_BYTES;

export const isSignature = (text: string): boolean => bs58.decodeUnsafe(text)?.length === SIGNATURE_BYTES;

/** The escrow asset of a code, or the default one. */
export function requireAsset({ assets, escrow }: ReasoningOptions, code: string | undefined): Asset {
  const asset = escrowAsset(assets, code ?? escrow.defaultAsset);
  if (asset === undefined)
    throw new ApiError('unknown_asset', `No asset is called ${code}; GET /escrow/address lists them.`);
  return asset;
}

/** Minor units, more than 0. */
export function requireAmount(text: string, { decimals }: Asset): bigint {
  const amount = parseUnits(text, decimals);
  if (amount === 0n) throw new ApiError('invalid_amount', 'The amount must be more than 0.');
  return amount;
}

export async function requireEscrow({ deps, principal }: Ctx, userId: string): Promise<EscrowUser> {
  const user = await findEscrowUser(deps.db.pool, principal.tenant, userId);
  if (user === undefined)
    throw new ApiError(
      'escrow_not_found',
      `${userId} has no escrow; create it with POST /escrow/${userId}/create.`,
    );
  return user;
}
