import type { Asset } from '../../../../schemas/core/money.ts';
import { formatUnits } from '../../../../domain/money.ts';
import { rawNumber } from '../../../http/json-source.ts';

/** Minor units as the JSON number of whole units, digit for digit. */
export const money = (minor: string | bigint, decimals: number): number =>
  rawNumber(formatUnits(minor, decimals));

/** Writes amounts of one asset. */
export const moneyIn =
  (decimals: number) =>
  (minor: string): number =>
    money(minor, decimals);

/** Decimals by CAIP-19 id, for events that name the asset they were paid in. */
export function decimalsById(assets: readonly Asset[]): (assetId: unknown) => number {
  const known = new Map(assets.map(({ id, decimals }) => [id, decimals]));
  return (assetId) => known.get(String(assetId)) ?? 0;
}

/** A decimal for sentences: whole amounts keep one zero, as in "Required: 2.0". */
export const inWords = (decimal: string): string => (decimal.includes('.') ? decimal : `${decimal}.0`);
