import { readFileSync } from 'node:fs';
import { Receipt } from '../schemas/core/receipt.ts';

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
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (keysIn(text) !== keysOf(value))
    throw new Error(`${file} says something twice: an object has the same name more than once.`);
  return value;
}

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

function keysOf(value: unknown): number {
  let keys = 0;
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) keys += Object.keys(next).length;
    for (const inner of Object.values(next)) waiting.push(inner);
  }
  return keys;
}
