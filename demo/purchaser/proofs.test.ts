import { describe, expect, test } from 'vitest';
import { inputHash, signInput } from '../../api/families/masumi/hashing.ts';
import { outputHash } from '../../activities/payment-service/output-hash.ts';
import { hashInput, hashOutput, isSigned, priceInWords } from './proofs.ts';

test("a purchaser's own hashes are the seller's, whatever the order of keys and the case of letters", () => {
  const input = { zebra: 1, ä: 'öß "quoted"\n', a: [true, null, 1e21] };
  expect(hashInput('c0ffee', input)).toBe(inputHash('c0ffee', input));
  for (const mode of ['mip', 'escaped'] as const)
    expect(hashOutput('c0ffee', 'a "b"\n', mode)).toBe(outputHash('c0ffee', 'a "b"\n', mode));
});

describe('The signature of an answer', () => {
  const answer = { input_hash: 'ab'.repeat(32), job_id: 'job', status_id: 'lock' };
  const signed = {
    status: 'success',
    input_hash: answer.input_hash,
    ...signInput('01'.repeat(32), answer),
  } as const;

  test('holds for the very answer', () => expect(isSigned(signed, 'job', 'lock')).toBe(true));
  test.each([
    ['another job', signed, 'other', 'lock'],
    ['another question', signed, 'job', 'other'],
    ['another answer', { ...signed, input_hash: 'cd'.repeat(32) }, 'job', 'lock'],
    ['another key', { ...signed, verification_key: '00'.repeat(32) }, 'job', 'lock'],
    ['no key', { ...signed, verification_key: '' }, 'job', 'lock'],
    ['half a signature', { ...signed, signature: signed.signature.slice(2) }, 'job', 'lock'],
  ])('does not hold for %s', (_what, provided, job, question) =>
    expect(isSigned(provided, job, question)).toBe(false),
  );
  test('is absent when the seller signs nothing', () =>
    expect(isSigned({ ...signed, signature: '', verification_key: '' }, 'job', 'lock')).toBeUndefined());
});

test.each([
  [[{ amount: 3_000_000, unit: 'lovelace' }], '3 ADA'],
  [[{ amount: '1', unit: '' }], '0.000001 ADA'],
  [[{ amount: '12345678901234567890', unit: 'lovelace' }], '12345678901234.56789 ADA'],
  [
    [
      { amount: 5, unit: 'abcd' },
      { amount: 0, unit: '' },
    ],
    '5 abcd + 0 ADA',
  ],
  [[], 'nothing'],
])('%j is %s', (amounts, words) => expect(priceInWords(amounts)).toBe(words));
