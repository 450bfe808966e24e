import { describe, expect, test } from 'vitest';
import { readSettlement, readTerms } from './headers.ts';
import { readQuoteError } from './quote-error.ts';

const offer = (amount: string) => ({
  scheme: 'exact',
  network: 'eip155:84532',
  asset: '0xabc',
  amount,
  payTo: '0xdef',
  maxTimeoutSeconds: 60,
});
const document = (amount: string, more = {}) => ({ x402Version: 2, accepts: [offer(amount)], ...more });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const answered = (status: number, headers: { [name: string]: string }, body: unknown = {}) => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
const asks = (header: string, body?: unknown) =>
  readTerms(answered(402, { 'payment-required': header }, body))?.offers.map(({ amount }) => amount);

describe('the terms of a 402', () => {
  test('come from the header first', () => {
    expect(asks(encode(document('1')), document('2'))).toEqual(['1']);
    expect(asks(Buffer.from(JSON.stringify(document('1'))).toString('base64url'))).toEqual(['1']);
  });

  test.each([
    ['is not base64', '{"x402Version":2}'],
    ['is no JSON', Buffer.from('{"x402').toString('base64')],
    ['is cut', encode(document('1')).slice(0, -20)],
    ['is empty', ''],
    ['is null', encode(null)],
    ['is no such document', encode({ error: 'pay' })],
    ['names no offer', encode({ x402Version: 2, accepts: [] })],
    ['has only a malformed offer', encode(document('1.5'))],
    ['was sent twice', `${encode(document('1'))}, ${encode(document('1'))}`],
    ['is too large to be echoed', encode(document('1', { error: 'x'.repeat(20_000) }))],
  ])('come from the body when the header %s', (_, header) => {
    expect(asks(header, document('2'))).toEqual(['2']);
    const version1 = { x402Version: 1, accepts: [{ ...offer('3'), maxAmountRequired: '3' }] };
    expect(asks(header, version1)).toEqual(['3']);
  });

  test('come from a large header all the same when the body has none', () => {
    expect(asks(encode(document('1', { error: 'x'.repeat(20_000) })))).toEqual(['1']);
    expect(asks('?', 'pay me')).toBeUndefined();
  });
});

describe('what a seller says of the settlement', () => {
  const transaction = `0x${'ab'.repeat(32)}`;
  const pending = { success: false, errorReason: 'settlement_pending', transaction, network: 'eip155:1' };

  test.each([200, 202, 400, 402, 409, 500, 503])('is read on an answer %i', (status) => {
    for (const name of ['payment-response', 'x-payment-response'])
      expect(readSettlement(answered(status, { [name]: encode(pending) }))).toEqual({
        transaction,
        pending: true,
        why: 'settlement_pending',
      });
  });

  test.each([
    [
      'the error of the next terms',
      { 'payment-required': encode(document('1', { error: 'settlement_pending' })) },
      {},
    ],
    ['the error of a body', {}, { error: 'settlement_pending' }],
    ['the reason in a body', {}, { success: false, errorReason: 'settlement_pending', transaction: '' }],
  ])('may stand in %s', (_, headers, body) => {
    expect(readSettlement(answered(402, headers, body))).toMatchObject({
      transaction: null,
      pending: true,
    });
  });

  test('a transaction of another reason is a hint, and one that cannot be one is none', () => {
    const said = { ...pending, errorReason: 'invalid_transaction_state' };
    expect(readSettlement(answered(402, { 'payment-response': encode(said) }))).toEqual({
      transaction,
      pending: false,
      why: 'invalid_transaction_state',
    });
    for (const odd of ['', '0x', 7, null, 'a b'.repeat(20), 'x'.repeat(500)])
      expect(
        readSettlement(answered(402, { 'payment-response': encode({ ...pending, transaction: odd }) })),
      ).toMatchObject({ transaction: null });
  });

  test('nothing is said by other bodies and by headers that are no JSON', () => {
    for (const header of ['?', encode([]), encode('x'), 'e30'])
      expect(readSettlement(answered(500, { 'payment-response': header }, { transaction }))).toEqual({
        transaction: null,
        pending: false,
        why: undefined,
      });
  });

  test('a refusal is told in its words, as one line', () => {
    const said = { success: false, errorReason: 'insufficient_funds', errorMessage: 'no\u202e\nmoney' };
    expect(readQuoteError(answered(402, { 'payment-response': encode(said) }))).toBe(
      'The payment was not accepted: insufficient_funds: no money',
    );
    expect(readQuoteError(answered(402, { 'payment-required': '?' }, { error: 'nonce used' }))).toBe(
      'The payment was not accepted: nonce used',
    );
    expect(readQuoteError(answered(500, { 'payment-response': encode(said) }))).toBeUndefined();
  });
});
