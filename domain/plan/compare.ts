import type { Json } from '../../schemas/core/json.ts';
import { compareDecimals, decimalOf, type Decimal } from '../decimals.ts';
import { isExactNumber, textOfNumber } from '../exact-json.ts';

/** Operators of conditionals and filters; `exists` looks at the left side alone. */
export const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'exists'] as const;
export type Operator = (typeof OPERATORS)[number];

export const isOperator = (value: unknown): value is Operator =>
  OPERATORS.some((operator) => operator === value);

/**
 * Compares two values; undefined when the order of such values has no meaning (text with a list...). Numbers compare
 * with decimal texts, digit by digit; two texts compare by code unit, which orders ISO dates; eq and ne compare whole
 * values.
 */
export function compare(left: Json, operator: Operator, right: Json): boolean | undefined {
  if (operator === 'exists') return left !== null;
  if (operator === 'eq') return sameJson(left, right);
  if (operator === 'ne') return !sameJson(left, right);
  const order = orderOf(left, right);
  if (order === undefined) return undefined;
  if (operator === 'gt') return order > 0;
  if (operator === 'gte') return order >= 0;
  return operator === 'lt' ? order < 0 : order <= 0;
}

/** Equal JSON, whatever the order of object keys and the notation of numbers: 1.0 is 1. */
export function sameJson(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (isExactNumber(left) || isExactNumber(right)) return sameNumber(left, right);
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') return false;
  if (Array.isArray(left) || Array.isArray(right))
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => sameJson(item, right[index]!))
    );
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key]!, right[key]!))
  );
}

function sameNumber(left: Json, right: Json): boolean {
  const [a, b] = [textOfNumber(left), textOfNumber(right)];
  return a !== undefined && b !== undefined && compareDecimals(decimalOf(a)!, decimalOf(b)!) === 0;
}

/** A number with all its digits, also when written as a plain decimal text. */
export function numberOf(value: Json): Decimal | undefined {
  const text = textOfNumber(value);
  if (text !== undefined) return decimalOf(text);
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? decimalOf(value) : undefined;
}

function orderOf(left: Json, right: Json): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return compareDecimals(a, b);
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  return undefined;
}
