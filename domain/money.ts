import { EngineError } from './errors.ts';

const LARGEST = 10n ** 78n; // what a uint256 has and the ledger's columns hold: 78 digits

/** Parses a decimal in whole units ("0.25") to minor units (250000n). Refuses signs, exponents, excess decimals and more than 78 digits. */
export function parseUnits(text: string, decimals: number): bigint {
  const match = /^(\d{1,78})(?:\.(\d{1,36}))?$/.exec(text);
  if (!match)
    throw new EngineError(
      'invalid_amount',
      `"${text}" is not a plain decimal number: write it as digits, e.g. 1.5.`,
    );
  const fraction = match[2] ?? '';
  if (fraction.replace(/0+$/, '').length > decimals)
    throw new EngineError('invalid_amount', `"${text}" has more than ${decimals} decimals.`);
  const minor = BigInt(match[1]! + fraction.slice(0, decimals).padEnd(decimals, '0'));
  if (minor >= LARGEST) throw new EngineError('invalid_amount', `"${text}" is more than any asset has.`);
  return minor;
}

/** Writes minor units as a plain decimal in whole units, digit for digit, without trailing zeros. */
export function formatUnits(minor: bigint | string, decimals: number): string {
  const value = BigInt(minor);
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals === 0 ? '' : digits.slice(-decimals).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
}

/** An amount as people read it, everywhere: "0.05 USDC". */
export const showAmount = (
  minor: bigint | string,
  { decimals, code }: { decimals: number; code: string },
): string => `${formatUnits(minor, decimals)} ${code}`;

/** The same for an asset that is known by its CAIP-19 id alone; one that is not in the book says that it is in minor units. */
export function showAmountOf(
  { assets }: { assets: readonly { id: string; decimals: number; code: string }[] },
  assetId: string,
  minor: bigint | string,
): string {
  const asset = assets.find(({ id }) => id === assetId);
  return asset === undefined ? `${minor} minor units of ${assetId}` : showAmount(minor, asset);
}

/** Minor-unit strings added up. */
export function sumMinor(amounts: Iterable<string>): bigint {
  let total = 0n;
  for (const amount of amounts) total += BigInt(amount);
  return total;
}
