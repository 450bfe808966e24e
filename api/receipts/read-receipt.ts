import { readFileSync } from 'node:fs';
import { isExactNumber, parseExact } from '../../domain/exact-json.ts';
import { Receipt } from '../../schemas/core/receipt.ts';

/** Reads a JSON file; what is wrong with it is a sentence. */
export function readJson(file: string): unknown {
  return parseJson(file, readText(file));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function parseJson(file: string, text: string): unknown {
  let value: unknown;
  try {
    value = parseExact(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const { keys, depth } = measure(value);
  if (depth > DEEPEST) throw new Error(`${file} is nested deeper than ${DEEPEST} levels.`);
  if (keysIn(text) !== keys)
    throw new Error(`${file} says something twice: an object has the same name more than once.`);
  return value;
}

const DEEPEST = 300; // more than an event may have; what comes later goes down by recursion

/** The receipt in a file, as it is written there: its hashes are over that, not over what a schema makes of it. */
export function readReceipt(file: string): Receipt {
  return parseReceipt(file, readText(file));
}

export function parseReceipt(file: string, text: string): Receipt {
  const value = parseJson(file, text);
  const parsed = Receipt.safeParse(value);
  if (parsed.success) return value as Receipt;
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version !== 1)
    throw new Error(`${file} is a receipt of version ${version}; this program knows version 1.`);
  const [issue] = parsed.error.issues;
  throw new Error(`${file} is not a receipt: ${issue?.path.join('.') || 'at its root'}: ${issue?.message}`);
}

/** Names as they are written. Programs differ in which of two equal names they take, so a receipt has none. */
const keysIn = (text: string): number =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length;

function measure(value: unknown): { keys: number; depth: number } {
  let [keys, deepest] = [0, 0];
  const waiting: [unknown, number][] = [[value, 0]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [inner, depth] = next;
    if (typeof inner !== 'object' || inner === null || isExactNumber(inner)) continue;
    if (!Array.isArray(inner)) keys += Object.keys(inner).length;
    deepest = Math.max(deepest, depth + 1);
    for (const below of Object.values(inner)) waiting.push([below, depth + 1]);
  }
  return { keys, depth: deepest };
}
