import { createHash } from 'node:crypto';
import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../schemas/core/json.ts';

const SLICES = 20;
const ROUNDS = 2000;

export interface BatchOptions {
  /** Between two slices. */
  pauseMs: number;
  signal: AbortSignal;
}

/** Works on a text in slices, so that other requests are answered in between: statistics of it, and a chain of hashes. */
export async function computeBatch(text: string, { pauseMs, signal }: BatchOptions): Promise<JsonObject> {
  let link = createHash('sha256').update(text).digest();
  const sha256 = link.toString('hex');
  for (let slice = 0; slice < SLICES; slice++) {
    for (let round = 0; round < ROUNDS; round++) link = createHash('sha256').update(link).digest();
    await (pauseMs > 0 ? delay(pauseMs, undefined, { signal }) : breathe(undefined, { signal }));
  }
  return {
    bytes: Buffer.byteLength(text),
    words: text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0,
    numbers: statisticsOf(text),
    sha256,
    chain: { rounds: SLICES * ROUNDS, last: link.toString('hex') },
  };
}

function statisticsOf(text: string): JsonObject {
  const numbers = (text.match(/(?<![\p{L}\p{N}.])-?\d{1,15}(?:\.\d{1,15})?/gu) ?? []).map(Number);
  if (numbers.length === 0) return { count: 0 };
  const sum = numbers.reduce((total, each) => total + each, 0);
  const [min, max] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
  return { count: numbers.length, sum, min, max, mean: sum / numbers.length };
}
