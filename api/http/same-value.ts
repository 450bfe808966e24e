import { isExactNumber } from '../../domain/exact-json.ts';
import { compareDecimals, decimalOf } from '../../domain/decimals.ts';
import type { Json } from '../../schemas/core/json.ts';

/** Whether two values of a request say the same: 1, 1.0 and "1" do, since money is sent as number or text. */
export function sameValue(a: Json, b: Json): boolean {
  const [left, right] = [numberIn(a), numberIn(b)];
  if (left !== undefined && right !== undefined) return compareDecimals(left, right) === 0;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]!));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key]!, b[key]!))
  );
}

const numberIn = (value: Json): ReturnType<typeof decimalOf> =>
  typeof value === 'number' || typeof value === 'string' || isExactNumber(value)
    ? decimalOf(isExactNumber(value) ? JSON.stringify(value) : String(value))
    : undefined;
