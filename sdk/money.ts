/** Amounts on the way in: decimal strings are exact; numbers are written out without an exponent. */
export type AmountInput = number | string;

/** A decimal for the wire, e.g. 1e-7 as "0.0000001". Throws RangeError for what is not a finite number. */
export function writeAmount(amount: AmountInput): string {
  if (typeof amount === 'string') return amount;
  if (!Number.isFinite(amount)) throw new RangeError(`${amount} is not an amount.`);
  const text = String(amount);
  return text.includes('e')
    ? amount.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 })
    : text;
}
