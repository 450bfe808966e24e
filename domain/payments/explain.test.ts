import { describe, expect, test } from 'vitest';
import { explainPayment, type PaymentRecord } from './explain.ts';

const NOW = Date.parse('2026-11-25T10:00:00.000Z');
const open: PaymentRecord = {
  status: 'unknown',
  finalized: false,
  network: 'eip155:31337',
  reason: null,
  proof: {},
  createdAtMs: NOW - 90_000,
};

describe('how a payment stands', () => {
  test.each(['quoted', 'prepared', 'rejected', 'void'] as const)(
    'says nothing of one that is %s',
    (status) => {
      expect(explainPayment({ ...open, status }, NOW)).toBeUndefined();
    },
  );

  test('says nothing of one that is final, and that a settled one waits for finality', () => {
    expect(explainPayment({ ...open, status: 'settled', finalized: true }, NOW)).toBeUndefined();
    const explained = explainPayment(
      { ...open, status: 'settled', proof: { landedAt: 7, validBefore: '1' } },
      NOW,
    )!;
    expect(explained.known).toEqual([
      'It landed; it is posted when its block is final.',
      'It was seen at block or slot 7.',
    ]);
  });

  test('tells age, silence of the node and what makes it answer', () => {
    const proof = { unreachableSince: NOW - 60_000, output: { inline: 1 } };
    const explained = explainPayment({ ...open, reason: 'RPC_UNAVAILABLE', proof }, NOW)!;
    expect(explained.ageMs).toBe(90_000);
    expect(explained.known.join('\n')).toContain('has not answered since 2026-11-25T09:59:00.000Z');
    expect(explained.known).toContain('The service delivered its answer, which is kept.');
    expect(explained.next).toContain('EVM_RPC_URL');
    expect(explainPayment({ ...open, network: 'solana:x', proof }, NOW)!.next).toContain('SOLANA_RPC_URL');
  });

  test('tells until when a signature can be used, in the terms of its chain', () => {
    const seconds = NOW / 1000;
    const text = (proof: PaymentRecord['proof']): string =>
      explainPayment({ ...open, proof }, NOW)!.known.join('\n');
    expect(text({ validBefore: String(seconds + 60) })).toContain(
      'can be used until 2026-11-25T10:01:00.000Z',
    );
    expect(text({ validBefore: String(seconds - 60) })).toContain('expired at 2026-11-25T09:59:00.000Z');
    expect(text({ lastValidBlockHeight: 42 })).toContain('until block height 42');
  });

  test.each([
    ['NOT_AS_SIGNED', 'Agree with the seller'],
    ['REORGANISED', 'Nothing to do'],
    ['SOMETHING_NEW', 'Nothing to do'],
  ])('with the reason %s says what is next', (reason, next) => {
    expect(explainPayment({ ...open, reason }, NOW)!.next).toContain(next);
  });

  test('names the node that cannot prove it, since when, why, and from when on a person may decide', () => {
    const blind = { why: 'forgot', node: 'rpc.example', since: NOW - 1000, decidableAtMs: NOW + 1000 };
    const explained = explainPayment({ ...open, status: 'settled', reason: null, proof: { blind } }, NOW)!;
    expect(explained.unprovable).toEqual(blind);
    expect(explained.known.join('\n')).toContain(
      'The node rpc.example cannot prove it since 2026-11-25T09:59:59.000Z: it keeps no history back to the payment',
    );
    expect(explained.next).toContain('declare it void or settled from 2026-11-25T10:00:01.000Z on');
    const behind = { ...blind, why: 'behind', decidableAtMs: null };
    const later = explainPayment({ ...open, proof: { blind: behind } }, NOW)!;
    expect(later.next).not.toContain('declare');
    expect(later.known.join('\n')).toContain('has not come to the block');
    expect(explainPayment({ ...open, proof: { blind } }, NOW + 1000)!.next).toContain('void or settled now');
    const silent = { unreachableSince: NOW, node: 'rpc.example' };
    expect(explainPayment({ ...open, proof: silent }, NOW)!.known.join('\n')).toContain(
      'The chain’s node rpc.example has not answered since',
    );
  });

  test('never tells an operator to pay by hand', () => {
    const blind = { why: 'forgot', node: 'n', since: 1, decidableAtMs: 1 };
    for (const proof of [{}, { unreachableSince: 1 }, { unprovenSince: 1 }, { blind }])
      expect(explainPayment({ ...open, proof }, NOW)!.next).toContain('Do not pay');
  });
});
