import type { AssetBook } from '../assets.ts';
import { EngineError } from '../errors.ts';
import { parseUnits } from '../money.ts';
import type { WithdrawalTerms } from './withdrawal.ts';

/** What the environment says of withdrawals (`config/parts/chains.ts`); lists are "CODE:amount,..." in whole units. */
export interface WithdrawalSettings {
  WITHDRAWAL_PRICES?: string | undefined;
  WITHDRAWAL_MINIMUMS?: string | undefined;
}

/** The operator's terms, for the assets that users hold in escrow. */
export const withdrawalTerms = (book: AssetBook, settings: WithdrawalSettings): WithdrawalTerms => ({
  prices: readAmounts(book, 'WITHDRAWAL_PRICES', settings.WITHDRAWAL_PRICES),
  minimums: readAmounts(book, 'WITHDRAWAL_MINIMUMS', settings.WITHDRAWAL_MINIMUMS),
});

function readAmounts(
  { assets, escrowNetwork }: AssetBook,
  name: string,
  list = '',
): ReadonlyMap<string, bigint> {
  const items = list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return new Map(
    items.map((item): [string, bigint] => {
      const [code = '', amount = ''] = item.split(':');
      const asset = assets.find((one) => one.network === escrowNetwork && one.code === code);
      const minor = asset === undefined ? 0n : parseUnits(amount, asset.decimals);
      if (minor > 0n) return [code, minor];
      throw new EngineError(
        'config_invalid',
        `"${item}" in ${name} is not CODE:amount with an asset of the escrow and an amount above 0.`,
      );
    }),
  );
}
