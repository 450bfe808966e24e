import { describe, expect, test } from 'vitest';
import type { AssetBook } from '../../../domain/assets.ts';
import { EngineError } from '../../../domain/errors.ts';
import type { Offer } from '../../../domain/payments/offer.ts';
import type { PayingRail, RailBook } from '../../../domain/payments/rail.ts';
import { chooseQuote } from './quote.ts';

const NETWORK = 'eip155:1';
const USDC = { id: `${NETWORK}/erc20:0x01`, code: 'USDC', network: NETWORK, address: '0x01', decimals: 6 };
const assets: AssetBook = { assets: [USDC], escrowNetwork: NETWORK };
const pay = { scheme: 'exact', network: NETWORK, asset: '0x01', payTo: '0x02' };

const choose = (offers: object[], shortfall: PayingRail['shortfall']) => {
  const accepts = offers.map((over) => ({ ...pay, maxTimeoutSeconds: 60, ...over }));
  const answer = { status: 402, headers: {}, text: JSON.stringify({ x402Version: 2, accepts }) };
  const rail = {
    kind: 'x402-evm',
    network: NETWORK,
    refuses: () => undefined,
    shortfall,
  } as unknown as PayingRail;
  const rails: RailBook<PayingRail> = { all: [rail], find: () => rail };
  return chooseQuote(answer, { step: { pay }, asset: 'USDC' }, { assets, rails });
};

describe('the quote of a step', () => {
  const cheap = { amount: '5', extra: { version: 'wrong' } };
  const dear = { amount: '6', extra: { version: 'right' } };
  const refusesWrong = async ({ extra }: Offer) =>
    extra['version'] === 'wrong' ? 'it is misnamed' : undefined;

  test('is the cheapest offer on its terms that its chain lets us pay, with the offer’s own words', async () => {
    expect(await choose([dear, cheap], async () => undefined)).toMatchObject({ quote: { amount: '5' } });
    expect(await choose([cheap, dear], refusesWrong)).toMatchObject({
      quote: { amount: '6' },
      stored: { offer: { extra: { version: 'right' } } },
    });
  });

  test('is refused with every reason once, when no offer can be paid', async () => {
    const stated = { amount: '1', extra: { decimals: 18 } };
    expect(await choose([cheap, cheap, stated], refusesWrong)).toEqual({
      refused: 'the offer counts in 18 decimals, and USDC has 6; it is misnamed',
    });
  });

  test('hears from the rail what the asset counts in', async () => {
    const asked: number[] = [];
    await choose([cheap], async (_offer, decimals) => void asked.push(decimals));
    expect(asked).toEqual([6]);
  });

  test('is not refused by a node that does not answer, and is by what is known for good', async () => {
    expect(await choose([cheap], () => Promise.reject(new Error('ECONNREFUSED')))).toHaveProperty('quote');
    const unknown = new EngineError('asset_unknown', 'Mint is no token on this chain.');
    expect(await choose([cheap], () => Promise.reject(unknown))).toEqual({ refused: unknown.message });
  });

  test('asks chains about twenty offers at most, however many a seller lists', async () => {
    let asked = 0;
    const offers = Array.from({ length: 500 }, (_, at) => ({ amount: String(at + 1) }));
    const outcome = await choose(offers, async () => `it is not payable (${++asked})`);
    expect(outcome).toHaveProperty('refused');
    expect(asked).toBe(20);
  });
});
