import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { isExactNumber } from '../exact-json.ts';

/**
 * What a call's hash is made of: `serviceId|agentId|taskId|JSON`, the JSON as Python writes it with sorted keys and no spaces
 * (omni.md, section 4). Its hash is SHA-256 in hex, and names one call for the router, the provider and the receipt.
 */
export const callText = (serviceId: string, agentId: string, taskId: string, input: JsonObject): string =>
  `${serviceId}|${agentId}|${taskId}|${asciiJson(input)}`;

/** Keys are sorted by code point, and everything beyond ASCII is \uXXXX. */
export function asciiJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(asciiJson).join(',')}]`;
  if (value !== null && typeof value === 'object' && !isExactNumber(value)) {
    const members = Object.keys(value).toSorted(byCodePoint);
    return `{${members.map((key) => `${asciiText(key)}:${asciiJson(value[key]!)}`).join(',')}}`;
  }
  return typeof value === 'string' ? asciiText(value) : JSON.stringify(value);
}

const asciiText = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function byCodePoint(left: string, right: string): number {
  const [one, other] = [Array.from(left), Array.from(right)];
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const difference = one[at]!.codePointAt(0)! - other[at]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
