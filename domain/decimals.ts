/** `units * 10 ** exponent`, exactly. Exponents may have any length, so they are bigint, too. */
export interface Decimal {
  units: bigint;
  exponent: bigint;
}

const DECIMAL = /^(-?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const MOST_DIGITS = 10_000n; // of a sum: 1e999999999 + 1 would fill the memory
const LONGEST_PLAIN = 40n; // digits that are written without an exponent
const ROUNDED_TO = 34n; // significant digits of a quotient without end, as decimal128 has them

export const ZERO: Decimal = { units: 0n, exponent: 0n };

/** A number as JSON or people write it; undefined for other texts. */
export function decimalOf(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  return { units: BigInt(whole + fraction), exponent: BigInt(exponent) - BigInt(fraction.length) };
}

/** Negative when `a` is less than `b`, 0 when they are equal: 1.0 equals 1. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const [left, right] = [signOf(a.units), signOf(b.units)];
  if (left !== right || left === 0) return left - right;
  const bySize = magnitude(a) - magnitude(b);
  if (bySize !== 0n) return left * signOf(bySize);
  const [x, y] = aligned(a, b);
  return signOf(x - y);
}

/** The sum, or undefined when it would have thousands of digits. */
export function addDecimals(a: Decimal, b: Decimal): Decimal | undefined {
  if (a.units === 0n) return b;
  if (b.units === 0n) return a;
  const lowest = least(a.exponent, b.exponent);
  if (magnitude(a) - lowest > MOST_DIGITS || magnitude(b) - lowest > MOST_DIGITS) return undefined;
  const [x, y] = aligned(a, b);
  return { units: x + y, exponent: lowest };
}

/** A quotient; `ends` is false when it was rounded. */
export function divideDecimal(a: Decimal, by: bigint): Decimal & { ends: boolean } {
  const digits = ROUNDED_TO + lengthOf(by);
  const units = a.units * 10n ** digits;
  const exact = { units: units / by, exponent: a.exponent - digits };
  if (units % by === 0n) return { ...exact, ends: true };
  const over = lengthOf(exact.units) - ROUNDED_TO;
  if (over <= 0n) return { ...exact, ends: false };
  const half = (10n ** over / 2n) * BigInt(signOf(exact.units));
  return { units: (exact.units + half) / 10n ** over, exponent: exact.exponent + over, ends: false };
}

/** The JSON number without needless zeros: plain up to 40 digits, then with an exponent. */
export function textOfDecimal({ units, exponent }: Decimal): string {
  if (units === 0n) return '0';
  const sign = units < 0n ? '-' : '';
  const all = (units < 0n ? -units : units).toString();
  const digits = all.replace(/0+$/, '');
  const power = exponent + BigInt(all.length - digits.length);
  const point = power + BigInt(digits.length); // digits before the decimal point
  if (power >= 0n && point <= LONGEST_PLAIN) return `${sign}${digits}${'0'.repeat(Number(power))}`;
  if (power < 0n && point > 0n && point <= LONGEST_PLAIN)
    return `${sign}${digits.slice(0, Number(point))}.${digits.slice(Number(point))}`;
  if (power < 0n && point <= 0n && point > -LONGEST_PLAIN)
    return `${sign}0.${'0'.repeat(Number(-point))}${digits}`;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${sign}${digits.slice(0, 1)}${fraction}e${(point - 1n).toString()}`;
}

const signOf = (value: bigint): number => (value > 0n ? 1 : value < 0n ? -1 : 0);
const lengthOf = (units: bigint): bigint => BigInt((units < 0n ? -units : units).toString().length);
const magnitude = ({ units, exponent }: Decimal): bigint => lengthOf(units) + exponent;
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function aligned(a: Decimal, b: Decimal): [bigint, bigint] {
  const lowest = least(a.exponent, b.exponent);
  return [a.units * 10n ** (a.exponent - lowest), b.units * 10n ** (b.exponent - lowest)];
}
