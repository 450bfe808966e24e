import { describe, expect, test } from 'vitest';
import { WRAPPED_SOL, type AssetBook } from '../../assets.ts';
import { misstatesUnits, rankOffers, readPaymentRequired } from './offers.ts';

const SOLANA = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
const book: AssetBook = {
  escrowNetwork: SOLANA,
  assets: [
    { id: 'sol', code: 'SOL', network: SOLANA, address: null, decimals: 9 },
    { id: 'usdc-solana', code: 'USDC', network: SOLANA, address: 'Mint1', decimals: 6 },
    { id: 'usdc-evm', code: 'USDC', network: 'eip155:84532', address: '0xAbC', decimals: 6 },
  ],
};
const onSolana = {
  scheme: 'exact',
  network: SOLANA,
  asset: 'Mint1',
  amount: '300',
  payTo: 'Seller',
  maxTimeoutSeconds: 60,
};
const onEvm = {
  scheme: 'exact',
  network: 'eip155:84532',
  asset: '0xabc',
  amount: '200',
  payTo: '0xDEF',
  maxTimeoutSeconds: 60,
};

const choose = (accepts: object[], code = 'USDC', over = {}) => {
  const required = readPaymentRequired({ x402Version: 2, accepts: accepts as never });
  return rankOffers(required!, { book, code, ...over })[0];
};

describe('reading a 402', () => {
  test('takes version 1 into the words of version 2 and keeps the original', () => {
    const entry = {
      scheme: 'exact',
      network: 'base-sepolia',
      maxAmountRequired: '5',
      asset: '0xabc',
      payTo: '0xdef',
    };
    const required = readPaymentRequired({ x402Version: 1, accepts: [entry], error: 'pay' });
    expect(required).toMatchObject({ x402Version: 1, error: 'pay' });
    expect(required?.offers).toMatchObject([{ network: 'eip155:84532', amount: '5', original: entry }]);
  });

  test.each([
    ['no document', undefined],
    ['another version', { x402Version: 3, accepts: [] }],
    ['no list', { x402Version: 2, accepts: 'none' }],
  ])('is nothing when there is %s', (_, value) => {
    expect(readPaymentRequired(value as never)).toBeUndefined();
  });

  test.each([['0'], ['-1'], ['1.5'], ['1e3'], [''], ['01']])(
    'drops an offer whose amount is "%s"',
    (amount) => {
      expect(readPaymentRequired({ x402Version: 2, accepts: [{ ...onSolana, amount }] })?.offers).toEqual([]);
    },
  );

  test('drops an offer on a network that version 1 does not know', () => {
    const entry = { ...onSolana, network: 'moonbase', maxAmountRequired: '5' };
    expect(readPaymentRequired({ x402Version: 1, accepts: [entry] })?.offers).toEqual([]);
  });
});

describe('choosing an offer', () => {
  test('takes the one on the planned terms, written in whatever case', () => {
    const planned = { scheme: 'exact', network: 'eip155:84532', asset: '0xABC', payTo: '0xdef' };
    expect(choose([onSolana, onEvm], 'USDC', { planned })?.network).toBe('eip155:84532');
  });

  test("takes the cheapest on the escrow's own network when the plan says nothing", () => {
    const cheaper = { ...onSolana, amount: '250' };
    expect(choose([onEvm, onSolana, cheaper])?.amount).toBe('250');
  });

  test('has the offer on another network after it, for when only that can be paid', () => {
    const required = readPaymentRequired({ x402Version: 2, accepts: [onEvm, onSolana] as never });
    const ranked = rankOffers(required!, { book, code: 'USDC' });
    expect(ranked.map(({ network }) => network)).toEqual([SOLANA, 'eip155:84532']);
  });

  test.each([
    [['60', '50'], '50'],
    [['90', '5'], '5'],
    [['5', '90'], '5'],
    [['100000000000000000000', '99999999999999999999'], '99999999999999999999'],
  ])('takes of %j on the planned terms the cheapest', (amounts, taken) => {
    const planned = { scheme: 'exact', network: SOLANA, asset: 'Mint1', payTo: 'Seller' };
    const offers = amounts.map((amount) => ({ ...onSolana, amount }));
    expect(choose([onEvm, ...offers], 'USDC', { planned })?.amount).toBe(taken);
  });

  test('never leaves the planned terms for a lower price to somebody else', () => {
    const planned = { scheme: 'exact', network: SOLANA, asset: 'Mint1', payTo: 'Seller' };
    const other = { ...onSolana, payTo: 'Another', amount: '1' };
    expect(choose([other, onSolana], 'USDC', { planned })?.payTo).toBe('Seller');
  });

  test('takes somebody whom the user allows before somebody cheaper, wherever that is', () => {
    expect(choose([onSolana, onEvm], 'USDC', { recipients: ['0xdef'] })?.payTo).toBe('0xDEF');
  });

  test('takes of the same price the one that the seller named first', () => {
    const [one, two] = ['first', 'second'].map((memo) => ({ ...onSolana, extra: { memo } }));
    expect(choose([one!, two!])?.extra).toEqual({ memo: 'first' });
  });

  test('pays SOL in its wrapped form', () => {
    expect(choose([onSolana, { ...onSolana, asset: WRAPPED_SOL, amount: '9' }], 'SOL')?.amount).toBe('9');
  });

  test('takes nothing in another asset than the plan', () => {
    expect(choose([onSolana, onEvm], 'SOL')).toBeUndefined();
    expect(choose([{ ...onSolana, asset: 'UnknownMint' }])).toBeUndefined();
  });
});

test.each([
  [{}, undefined],
  [{ decimals: 6 }, undefined],
  [{ decimals: '6' }, undefined],
  [{ decimals: 18 }, 'the offer counts in 18 decimals, and USDC has 6'],
  [{ decimals: null }, 'the offer counts in null decimals, and USDC has 6'],
])('an offer that says %j of its units', (extra, why) => {
  const [offer] = readPaymentRequired({ x402Version: 2, accepts: [{ ...onSolana, extra }] as never })!.offers;
  expect(misstatesUnits(offer!, book.assets[1]!)).toBe(why);
});
