import { formatUnits, parseUnits } from '../money.ts';
import { MNEE_DECIMALS } from './config.ts';

/** Minor units as whole units, digit for digit: "0.05". */
export const toMnee = (minor: bigint): string => formatUnits(minor, MNEE_DECIMALS);

/** Whole units as reasons write them: 3 is "3.0". */
export function showMnee(minor: bigint): string {
  const text = toMnee(minor);
  return text.includes('.') ? text : `${text}.0`;
}

/** Whole units as text, at most 18 decimals, into minor units. Throws on anything else. */
export const fromMnee = (text: string): bigint => parseUnits(text, MNEE_DECIMALS);
