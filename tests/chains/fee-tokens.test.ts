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

async function quoted(path: string, { url, activities }: Awaited<ReturnType<typeof sellingIn>>) {
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
  const refused = await quoted('/evm', shop);
  const outcome = await refused.sign();
  expect(outcome).toMatchObject({ kind: 'refused', reason: 'unsupported' });
  expect(outcome).toHaveProperty('message', expect.stringContaining('would deliver 237500'));
  expect(await reserveOf(stack, refused.runId, 'USDC')).toMatchObject({ held: 0n });

  // This node cannot simulate. What arrived is seen afterwards.
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
  const { runId, sign } = await quoted(
    '/solana',
    await sellingIn(assets.solanaNetwork, mint.publicKey.toBase58()),
  );
  const outcome = await sign();
  expect(outcome).toMatchObject({ kind: 'refused', reason: 'unsupported' });
  expect(outcome).toHaveProperty('message', expect.stringContaining('fee of 5 %'));
  expect(await reserveOf(stack, runId, 'USDC')).toMatchObject({ held: 0n });
});
