import type { Asset } from '../../schemas/core/money.ts';
import { escrowAsset, type AssetBook } from '../assets.ts';
import { EngineError } from '../errors.ts';

/** The escrow asset that pays for something priced in `assetId` (CAIP-19), and the priced asset itself. */
export function assetsOf(book: AssetBook, assetId: string): { held: Asset; paid: Asset } {
  const paid = book.assets.find((asset) => asset.id === assetId);
  const held = paid && escrowAsset(book, paid.code);
  if (paid === undefined || held === undefined)
    throw new EngineError(
      'unknown_asset',
      `${assetId} is not among this installation's assets: add it to ESCROW_ASSETS.`,
    );
  return { held, paid };
}

/** The escrow asset by its code or its CAIP-19 id. */
export function heldAsset(book: AssetBook, codeOrId: string): Asset {
  const asset = book.assets.find(({ id }) => id === codeOrId) ?? escrowAsset(book, codeOrId);
  if (asset === undefined || asset.network !== book.escrowNetwork)
    throw new EngineError('unknown_asset', `${codeOrId} cannot be held in escrow here.`);
  return asset;
}
