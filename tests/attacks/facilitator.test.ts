import type { PaymentPayload, SettleResponse } from '@x402/core/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../../embedded/chains/test-stack.ts';
import { createBuyer, type Buyer } from '../../stand-ins/services/test-buyer.ts';
import { PublicKey } from '@solana/web3.js';
import { evmBalance } from '../chains/support/looking.ts';
import { solanaWallets, type SolanaWallets } from '../chains/support/solana-wallets.ts';

let stack: TestStack;
let wallets: SolanaWallets;
const buyers: { [chain: string]: Buyer } = {};
beforeAll(async () => {
  stack = await startTestStack();
  wallets = solanaWallets(stack.assets);
  for (const chain of ['evm', 'solana'] as const) buyers[chain] = await createBuyer(stack.assets, chain);
});
afterAll(() => stack.stop());

const WAYS = [
  { chain: 'evm', path: '/summarize', body: { text: 'One. Two. Three.' }, price: 30_000n },
  { chain: 'solana', path: '/statistics', body: { values: [1, 2, 3, 4] }, price: 20_000n },
] as const;

/** The money that the studio, which sells both, has on a chain. */
const earned = (chain: 'evm' | 'solana'): Promise<bigint> =>
  chain === 'evm'
    ? evmBalance(stack.assets, stack.assets.evm.sellers.studio.address)
    : wallets.tokenBalance(new PublicKey(stack.assets.solana.sellers.studio.address));

async function settle(payload: PaymentPayload): Promise<SettleResponse> {
  const answer = await fetch(`${stack.facilitatorUrl}/settle`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ x402Version: 2, paymentPayload: payload, paymentRequirements: payload.accepted }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as SettleResponse;
}

const ten = <T>(work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 10 }, (_, index) => work(index)));

describe.each(WAYS)('one signed payment on $chain', ({ chain, path, body, price }) => {
  const call = () => ({ url: `${stack.servicesUrl}${path}`, body });
  const signed = async () => buyers[chain]!.sign(await buyers[chain]!.quote(call()));

  test('that ten callers give the facilitator at once is settled for only one of them', async () => {
    const [payload, before] = [await signed(), await earned(chain)];
    const verdicts = await ten(() => settle(payload));
    expect(verdicts.filter(({ success }) => success)).toHaveLength(1);
    expect((await earned(chain)) - before).toBe(price);
    expect((await settle(payload)).success).toBe(false);
    expect((await earned(chain)) - before).toBe(price);
  });

  test('that ten callers give the service at once buys only once', async () => {
    const [payload, before] = [await signed(), await earned(chain)];
    const answers = await ten(() => buyers[chain]!.submit(call(), payload));
    const served = answers.filter(({ status }) => status === 200);
    expect(served).toHaveLength(1);
    expect(served[0]!.receipt).toMatchObject({ success: true });
    for (const { status, body: told } of answers.filter((one) => one !== served[0]))
      expect([status, Object.keys(told)]).toEqual([402, []]);
    expect((await earned(chain)) - before).toBe(price);
  });

  test('for one service buys no other, and not at a lower price', async () => {
    const payload = await signed();
    const before = await earned(chain);
    const other = chain === 'evm' ? '/report' : '/sentiment';
    const elsewhere = await buyers[chain]!.submit(
      { url: `${stack.servicesUrl}${other}`, body: chain === 'evm' ? { data: { a: 1 } } : { text: 'Good.' } },
      payload,
    );
    expect(elsewhere.status).toBe(402);
    const accepted = { ...payload.accepted, amount: '1' };
    const cheaper = await settle({ ...payload, accepted });
    expect(cheaper.success).toBe(false);
    expect(await earned(chain)).toBe(before);
  });
});
