import '../../config/quiet-bindings.ts';
import {
  createInitializeMintInstruction,
  createInitializeTransferFeeConfigInstruction,
  ExtensionType,
  getMintLen,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { Keypair, SystemProgram } from '@solana/web3.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { compileContract } from '../../contracts/build.ts';
import { send } from '../../contracts/test/chain.ts';
import { deployContract } from '../../contracts/deploy.ts';
import { assetId, type AssetBook } from '../../domain/assets.ts';
import type { CallOutcome } from '../../domain/ports/calling.ts';
import type { LocalAssets } from '../../embedded/chains/local-assets.ts';
import { quoteFor, request, sending, soon } from './support/buying.ts';
import { evmHands, type EvmHands } from './support/evm-hands.ts';
import { startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { attentionKinds, eventTypes, paymentOf, reserveOf } from './support/looking.ts';
import { paidStep } from './support/money-stack.ts';

let stack: HostileStack;
let evm: EvmHands;
beforeAll(async () => {
  stack = await startHostileStack();
  evm = evmHands(stack.assets);
});
afterEach(() => stack.heal());
afterAll(async () => {
  evm.close();
  await stack.stop();
});

/** The same installation and a shop, but the asset of one network has another address. */
async function sellingIn(network: string, address: string) {
  const { assets } = stack;
  const sold: LocalAssets =
    network === assets.evm.network
      ? { ...assets, evm: { ...assets.evm, token: { ...assets.evm.token, address } } }
      : { ...assets, solana: { ...assets.solana, mint: { ...assets.solana.mint, address } } };
  const book: AssetBook = {
    ...stack.book,
    assets: stack.book.assets.map((asset) =>
      asset.network === network && asset.address !== null
        ? { ...asset, address, id: assetId(network, address, 501) }
        : asset,
    ),
  };
  const { url } = await stack.openShop({ assets: sold, maxTimeoutSeconds: 600 });
  return { url, activities: stack.activities({ assets: book }) };
}

type Shop = Awaited<ReturnType<typeof sellingIn>>;

/** What the unpaid call says of a shop that cannot be paid. */
async function refusal(path: string, { url, activities }: Shop): Promise<CallOutcome> {
  const { runId } = await stack.newRun('USDC', 1_000_000n);
  const outcome = await activities.callService(request(runId, paidStep(url + path), 'USDC'));
  expect(await reserveOf(stack, runId, 'USDC')).toMatchObject({ held: 0n });
  expect(await eventTypes(stack, runId)).not.toContain('payment.quoted');
  return outcome;
}

const unsupported = (why: string) => ({
  kind: 'failed',
  code: 'PAYMENT_UNSUPPORTED',
  message: expect.stringContaining(why),
});

async function quoted(path: string, { url, activities }: Shop) {
  const { runId } = await stack.newRun('USDC', 1_000_000n);
  const call = request(runId, paidStep(url + path), 'USDC');
  const intentId = await quoteFor(activities, call);
  const ride = { runId, events: [] };
  const sign = () => activities.signPayment({ ride, intentId, signBeforeMs: soon() });
  return { runId, call, ride, intentId, activities, sign };
}

async function deployFeeToken(): Promise<string> {
  const { name, symbol, decimals } = stack.assets.evm.token;
  const token = await deployContract(
    compileContract('test/FeeToken'),
    evm.facilitator,
    name,
    symbol,
    decimals,
    evm.facilitator.address,
  );
  await send(token, 'mint', evm.operator.address, 10_000_000n);
  return token.getAddress();
}

test('an EVM token that takes a fee is refused before anything is signed, and never counts as paid when that is missed', async () => {
  const shop = await sellingIn(stack.assets.evm.network, await deployFeeToken());
  expect(await refusal('/evm', shop)).toMatchObject(unsupported('would deliver 237500'));

  // This node cannot simulate. What it can simulate by the time of the signature is refused then.
  stack.ours.evm.fault('eth_simulateV1', { kind: 'error', message: 'the method does not exist' });
  const late = await quoted('/evm', shop);
  stack.heal();
  expect(await late.sign()).toMatchObject({ kind: 'refused', reason: 'unsupported' });
  expect(await eventTypes(stack, late.runId)).toEqual(['step.started', 'payment.quoted', 'payment.rejected']);
  expect(await reserveOf(stack, late.runId, 'USDC')).toMatchObject({ held: 0n });

  // One that never can: what arrived is seen afterwards.
  stack.ours.evm.fault('eth_simulateV1', { kind: 'error', message: 'the method does not exist' });
  const { runId, call, ride, intentId, activities, sign } = await quoted('/evm', shop);
  expect(await sign()).toEqual({ kind: 'signed' });
  expect(await activities.submitPayment(sending(call, intentId))).toMatchObject({ kind: 'unclear' });
  const reconcile = () => activities.reconcilePayment({ ride, intentId });
  expect(await reconcile()).toMatchObject({ kind: 'unknown' });
  await evm.send('evm_increaseTime', 900);
  for (let block = 0; block < 4; block++) await evm.mine();
  expect(await reconcile()).toMatchObject({ kind: 'unknown' });
  expect(await paymentOf(stack, intentId)).toMatchObject({ status: 'unknown', reason: 'NOT_AS_SIGNED' });
  expect(await attentionKinds(stack, runId)).toEqual(['payment_mismatch']);
  expect(await reserveOf(stack, runId, 'USDC')).toMatchObject({ held: 250_000n });
  expect(await eventTypes(stack, runId)).not.toContain('payment.settled');
});

test('a Solana token that takes a fee is refused before anything is signed', async () => {
  const { wallets, assets } = stack;
  const mint = Keypair.generate();
  const space = getMintLen([ExtensionType.TransferFeeConfig]);
  const lamports = await wallets.connection.getMinimumBalanceForRentExemption(space);
  const authority = wallets.faucet.publicKey;
  const program = TOKEN_2022_PROGRAM_ID;
  await wallets.send(
    [wallets.faucet, mint],
    [
      SystemProgram.createAccount({
        fromPubkey: authority,
        newAccountPubkey: mint.publicKey,
        lamports,
        space,
        programId: program,
      }),
      createInitializeTransferFeeConfigInstruction(
        mint.publicKey,
        authority,
        authority,
        500,
        10n ** 12n,
        program,
      ),
      createInitializeMintInstruction(mint.publicKey, 6, authority, null, program),
    ],
  );
  const shop = await sellingIn(assets.solanaNetwork, mint.publicKey.toBase58());
  expect(await refusal('/solana', shop)).toMatchObject(unsupported('fee of 5 %'));
});

/** A shop that names its EVM token, or its payee on Solana, as given. */
async function shopOf(token: Partial<LocalAssets['evm']['token']>, payee?: string): Promise<Shop> {
  const { evm: onEvm, solana } = stack.assets;
  const market = { ...solana.sellers.market, ...(payee === undefined ? {} : { address: payee }) };
  const assets: LocalAssets = {
    ...stack.assets,
    evm: { ...onEvm, token: { ...onEvm.token, ...token } },
    solana: { ...solana, sellers: { ...solana.sellers, market } },
  };
  return { url: (await stack.openShop({ assets })).url, activities: stack.activities() };
}

test.each([{ name: 'Another Coin' }, { version: '7' }, { name: 'usd coin', version: '' }])(
  'a token that its seller calls %j, and that is signed under another name, is refused before anything is held',
  async (token) => {
    expect(await refusal('/evm', await shopOf(token))).toMatchObject(unsupported('EIP-712 domain'));
  },
);

test.each(['/solana', '/sol'])(
  'a payee without an account for what %s costs is refused at once',
  async (path) => {
    const shop = await shopOf({}, Keypair.generate().publicKey.toBase58());
    const { runId } = await stack.newRun('USDC', 1_000_000n);
    const call = request(runId, paidStep(shop.url + path), path === '/sol' ? 'SOL' : 'USDC');
    expect(await shop.activities.callService(call)).toMatchObject(
      unsupported('has no account for the token'),
    );
  },
);

test.each(['/evm', '/solana'])(
  'a token at %s that is configured with other decimals than it has pays nothing',
  async (path) => {
    const book = { ...stack.book, assets: stack.book.assets.map((asset) => ({ ...asset, decimals: 8 })) };
    const shop = { url: (await shopOf({})).url, activities: stack.activities({ assets: book }) };
    expect(await refusal(path, shop)).toMatchObject(
      unsupported('has 6 decimals on its chain and is configured with 8'),
    );
  },
);
