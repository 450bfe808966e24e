import type { Asset } from '../../schemas/core/money.ts';
import type { AssetGroup } from '../assets.ts';

/** What models are asked for is counted in tokens, as payments are in their assets. Nobody can pay with them. */
export const TOKENS: Asset = {
  id: 'steward:model/tokens',
  code: 'TOKENS',
  decimals: 0,
  network: 'steward:model',
  address: null,
};

/** The unit of budgets that is there without ASSET_GROUPS. */
export const TOKENS_UNIT: AssetGroup = { name: 'TOKENS', decimals: 0, assets: [TOKENS.id] };
