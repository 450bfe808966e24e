import { Keypair } from '@solana/web3.js';
import { Wallet } from 'ethers';
import { describe, expect, test } from 'vitest';
import type { Offer } from '../../../domain/payments/offer.ts';
import { createEvmRail } from './evm.ts';
import { createSolanaRail } from './solana.ts';

const nowhere = 'http://127.0.0.1:1';
const wallet = Wallet.createRandom();
const keypair = Keypair.generate();
const evm = createEvmRail({ rpcUrl: nowhere, chainId: 1, privateKey: wallet.privateKey });
const solana = createSolanaRail({ rpcUrl: nowhere, network: 'solana:x', secretKey: keypair.secretKey });

const other = Keypair.generate().publicKey.toBase58();
const base = { scheme: 'exact', amount: '1', maxTimeoutSeconds: 60 };
const onEvm: Offer = {
  ...base,
  network: 'eip155:1',
  asset: Wallet.createRandom().address,
  payTo: Wallet.createRandom().address,
  extra: { name: 'USD Coin', version: '2' },
};
const onSolana: Offer = {
  ...base,
  network: 'solana:x',
  asset: other,
  payTo: other,
  extra: { feePayer: other },
};

describe('an offer on an EVM chain', () => {
  test.each([
    ['is paid', {}, undefined],
    ['with another scheme is not', { scheme: 'upto' }, /scheme upto/],
    ['by Permit2 is not', { extra: { ...onEvm.extra, assetTransferMethod: 'permit2' } }, /permit2/],
    ['that does not name its token is not', { extra: {} }, /name the token/],
    ['to a malformed address is not', { payTo: '0x12' }, /malformed/],
    ['to ourselves is not', { payTo: wallet.address.toLowerCase() }, /our own wallet/],
  ])('%s', (_, over, why) => {
    const refusal = evm.refuses({ ...onEvm, ...over });
    if (why === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(why);
  });
});

describe('an offer on Solana', () => {
  test.each([
    ['is paid', {}, undefined],
    ['without a fee payer is not', { extra: {} }, /network fee/],
    ['that makes us the fee payer is not', { extra: { feePayer: keypair.publicKey.toBase58() } }, /wants us/],
    ['to a malformed address is not', { payTo: '0OIl' }, /malformed/],
    ['to ourselves is not', { payTo: keypair.publicKey.toBase58() }, /our own wallet/],
  ])('%s', (_, over, why) => {
    const refusal = solana.refuses({ ...onSolana, ...over });
    if (why === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(why);
  });
});
