import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEscrowActivities } from '../../activities/escrow/activities.ts';
import { createSealer } from '../../db/sealing.ts';
import type { AssetBook } from '../../domain/assets.ts';
import { startTestChains, type TestChains } from '../../embedded/chains/test-stack.ts';
import { createCaller, type Caller, type Reply } from '../api/support/http.ts';
import { startReasoningApp, type ReasoningApp } from '../api/support/reasoning-app.ts';
import { railsConfig } from '../chains/support/money-stack.ts';
import { solanaWallets, type SolanaWallets } from '../chains/support/solana-wallets.ts';

let chains: TestChains;
let wallets: SolanaWallets;
let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  chains = await startTestChains();
  const { assets } = chains;
  wallets = solanaWallets(assets);
  const book: AssetBook = { assets: [...assets.assets], escrowNetwork: assets.solanaNetwork };
  const { solana } = railsConfig(assets);
  app = await startReasoningApp({
    options: { assets: book },
    escrow: { address: wallets.escrow.toBase58(), network: 'localnet', waitMs: 20_000 },
    activities: ({ db }) =>
      createEscrowActivities({ db, sealer: createSealer('a key for tests only'), assets: book, solana }),
  });
  api = createCaller(app.url);
});
afterAll(async () => {
  await app.close();
  await chains.stop();
});

interface User {
  id: string;
  wallet: Keypair;
}

async function newUser(): Promise<User> {
  const user = { id: app.user(), wallet: await wallets.newWallet(2_000_000_000n, 20_000_000n) };
  const opened = await api.post(`/escrow/${user.id}/create`, {
    userWallet: user.wallet.publicKey.toBase58(),
  });
  expect(opened.status).toBe(200);
  return user;
}

const pay = ({ wallet }: User, tokens: bigint): Promise<string> =>
  wallets.send([wallet], wallets.payTokens(wallet, wallets.escrow, tokens));
const claim = ({ id }: User, signature: string, amount = '2.5'): Promise<Reply> =>
  api.post(`/escrow/${id}/deposit`, { amount, asset: 'USDC', signature });

/** Minor units of a user's USDC. */
async function standing({ id }: User): Promise<{ available: number; reserved: number; spent: number }> {
  const { balances } = (await api.get(`/escrow/${id}/balance`)).body as unknown as {
    balances: { USDC: { available: number; reserved: number; spent: number } };
  };
  return balances.USDC;
}

test('twenty simultaneous claims of one deposit by its owner and another user credit it once, to its owner', async () => {
  const [owner, thief] = [await newUser(), await newUser()];
  const signature = await pay(owner, 2_500_000n);
  const replies = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const by = index % 2 === 0 ? thief : owner;
      return { by, reply: await claim(by, signature) };
    }),
  );
  for (const { by, reply } of replies)
    if (by === thief) {
      expect([400, 409]).toContain(reply.status);
      expect(['sender_mismatch', 'deposit_already_credited']).toContain(reply.body['code']);
    } else expect([200, 202]).toContain(reply.status);
  await expect.poll(() => standing(owner)).toMatchObject({ available: 2.5 });
  expect(await standing(thief)).toMatchObject({ available: 0, reserved: 0 });
  const later = await claim(owner, signature);
  expect([later.status, later.body['duplicate']]).toEqual([200, true]);
  expect((await claim(owner, signature, '2.4')).body['code']).toBe('deposit_already_credited');
  const { rows } = await app.db.pool.query('select id from transfer where kind = $1 and id like $2', [
    'deposit',
    `%${signature}%`,
  ]);
  expect(rows).toHaveLength(1);
});
