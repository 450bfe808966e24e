import { describe, expect, it } from 'vitest';
import type { StoredTransaction } from './archive.ts';
import { resumePosition } from './genesis.ts';
import { createUpstream } from './upstream.ts';

const transaction = (signature: string, slot: number, addresses: string[]): StoredTransaction => ({
  signature,
  slot,
  blockTime: slot,
  err: null,
  addresses,
  answers: { json: { slot }, jsonParsed: { parsed: slot }, base64: { raw: slot } },
});

const history = [
  transaction('one', 1, ['a', 'b']),
  transaction('two', 2, ['a']),
  transaction('three', 3, ['a']),
];
const ask = createUpstream({ position: { slot: 500, blockHeight: 400 }, history });
const call = (method: string, ...params: unknown[]) => ask({ id: 1, method, params });
const signatures = (answer: ReturnType<typeof call>) =>
  'result' in answer ? (answer.result as { signature: string }[]).map((entry) => entry.signature) : [];

describe('the past of the Solana chain', () => {
  it('tells where the chain goes on', () => {
    expect(call('getEpochInfo')).toMatchObject({ result: { absoluteSlot: 500, blockHeight: 400, epoch: 0 } });
  });

  it('answers for a transaction in the encoding asked for', () => {
    expect(call('getTransaction', 'two', { encoding: 'jsonParsed' })).toEqual({ result: { parsed: 2 } });
    expect(call('getTransaction', 'two')).toEqual({ result: { slot: 2 } });
    expect(call('getTransaction', 'none', 'base64')).toEqual({ result: null });
    expect(call('getTransaction', 'two', { encoding: 'base58' })).toHaveProperty('error');
  });

  it('lists signatures newest first, and pages by before, until and limit', () => {
    expect(signatures(call('getSignaturesForAddress', 'a'))).toEqual(['three', 'two', 'one']);
    expect(signatures(call('getSignaturesForAddress', 'a', { before: 'three', limit: 1 }))).toEqual(['two']);
    expect(signatures(call('getSignaturesForAddress', 'a', { until: 'one' }))).toEqual(['three', 'two']);
    expect(signatures(call('getSignaturesForAddress', 'a', { before: 'newer' }))).toEqual([
      'three',
      'two',
      'one',
    ]);
    expect(signatures(call('getSignaturesForAddress', 'b'))).toEqual(['one']);
  });

  it('says that the rest is gone', () => {
    expect(call('getBlock', 2)).toHaveProperty('error');
  });
});

describe('the position after a restart', () => {
  it('has passed the life of every old blockhash, and the time away', () => {
    const saved = { slot: 1000, blockHeight: 900, savedAt: 0 };
    expect(resumePosition(saved, 0, 400)).toEqual({ slot: 1300, blockHeight: 1200 });
    expect(resumePosition(saved, 4000, 400)).toEqual({ slot: 1310, blockHeight: 1210 });
    expect(resumePosition(undefined, 0, 400)).toEqual({ slot: 100, blockHeight: 100 });
  });
});
