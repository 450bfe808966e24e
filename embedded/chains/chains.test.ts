import '../../config/quiet-bindings.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMintToInstruction, NATIVE_MINT } from '@solana/spl-token';
import { Connection, PublicKey, SystemProgram, Transaction } from '@solana/web3.js';
import { Contract, JsonRpcProvider, type TransactionReceipt } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSolanaTransferRail } from '../../activities/payments/solana/transfer.ts';
import { sampleToken } from '../../contracts/sample-token.ts';
import type { SignedPayment } from '../../domain/payments/rail.ts';
import { freePort } from '../ports.ts';
import { createProcesses, type Processes } from '../processes.ts';
import { startAnvil, type RunningAnvil } from './anvil.ts';
import { deployLocalAssets } from './deploy.ts';
import { sendAndPoll } from './deploy/solana.ts';
import { callRpc } from './json-rpc.ts';
import { deriveLocalKeys, type LocalAssets } from './local-assets.ts';
import { LOCAL_GENESIS_HASH } from './surfpool/genesis.ts';
import { startSurfpool, type RunningSurfpool } from './surfpool.ts';
import { TEST_SEED } from './test-stack.ts';

const keys = deriveLocalKeys(TEST_SEED);
const { faucet, demoUser, escrow, mint } = keys.solana;
let folder: string;
let processes: Processes;
let anvil: RunningAnvil;
let surfpool: RunningSurfpool;
let assets: LocalAssets;

const startEvm = async () =>
  startAnvil({ processes, port: await freePort(), stateFile: join(folder, 'anvil.json'), blockTimeMs: 100 });
const startSolana = () =>
  startSurfpool({
    processes,
    rpcPort: 0,
    wsPort: 0,
    seed: TEST_SEED,
    stateDirectory: join(folder, 'solana'),
    slotTimeMs: 50,
  });
const deploy = () => deployLocalAssets({ evmRpcUrl: anvil.rpcUrl, solanaRpcUrl: surfpool.rpcUrl, keys });
/** How much history the archive has so far, with the accounts that it explains. */
const archived = async (): Promise<number> => {
  const state = await readFile(join(folder, 'solana', 'state.json'), 'utf8');
  return (JSON.parse(state) as { historyBytes: number }).historyBytes;
};
const solana = () => new Connection(surfpool.rpcUrl, 'confirmed');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steward-chains-'));
  processes = createProcesses({ log: () => undefined });
  [anvil, surfpool] = await Promise.all([startEvm(), startSolana()]);
  assets = await deploy();
}, 60_000);

afterAll(async () => {
  await anvil.stop();
  await processes.stopAll();
  rmSync(folder, { recursive: true });
});

async function withEvm<Result>(use: (provider: JsonRpcProvider) => Promise<Result>): Promise<Result> {
  const provider = new JsonRpcProvider(anvil.rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 20,
  });
  try {
    return await use(provider);
  } finally {
    provider.destroy();
  }
}

const transferOnEvm = (value: bigint) =>
  withEvm(async (provider) => {
    const token = new Contract(
      assets.evm.token.address,
      sampleToken.abi,
      keys.evm.operator.connect(provider),
    );
    const sent = (await token.getFunction('transfer')(assets.evm.demoUser.address, value)) as {
      wait(): Promise<TransactionReceipt>;
    };
    return await sent.wait();
  });

const floatOnEvm = () =>
  withEvm((provider) => {
    const token = new Contract(assets.evm.token.address, sampleToken.abi, provider);
    return token.getFunction('balanceOf')(assets.evm.operator.address) as Promise<bigint>;
  });

describe('the local EVM chain', () => {
  it('finalizes a transaction without further traffic, and then stays quiet', async () => {
    const receipt = await transferOnEvm(5n);
    const numberOf = async (tag: string) =>
      Number(
        ((await callRpc(anvil.rpcUrl, 'eth_getBlockByNumber', [tag, false])) as { number: string }).number,
      );
    await vi.waitFor(
      async () => expect(await numberOf('finalized')).toBeGreaterThanOrEqual(receipt.blockNumber),
      5000,
    );
    expect(await numberOf('latest')).toBeLessThanOrEqual(receipt.blockNumber + 3);
  });

  it('keeps balances and receipts across a restart', async () => {
    const receipt = await transferOnEvm(7n);
    const before = await floatOnEvm();
    await anvil.stop();
    anvil = await startEvm();
    expect(await floatOnEvm()).toBe(before);
    const found = await withEvm((provider) => provider.getTransactionReceipt(receipt.hash));
    expect(found?.blockHash).toBe(receipt.blockHash);
  }, 30_000);
});

describe('the local Solana chain', () => {
  it('has the genesis that its CAIP-2 id comes from', async () => {
    expect(await solana().getGenesisHash()).toBe(LOCAL_GENESIS_HASH);
    expect(assets.solanaNetwork).toBe('solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1');
  });

  it('keeps accounts, balances and transactions across a restart, and accepts no bytes signed before it', async () => {
    const tokens = new PublicKey(assets.solana.demoUser.usdcAccount);
    const signature = await sendAndPoll(
      solana(),
      [createMintToInstruction(mint.publicKey, tokens, faucet.publicKey, 123n)],
      [faucet],
    );
    const unsent = new Transaction({
      feePayer: demoUser.publicKey,
      ...(await solana().getLatestBlockhash()),
    }).add(
      SystemProgram.transfer({ fromPubkey: demoUser.publicKey, toPubkey: escrow.publicKey, lamports: 1 }),
    );
    unsent.sign(demoUser);
    const version = { maxSupportedTransactionVersion: 0 };
    const read = async () => ({
      usdc: (await solana().getTokenAccountBalance(tokens)).value.amount,
      sol: await solana().getBalance(demoUser.publicKey),
      faucet: await solana().getBalance(faucet.publicKey),
      // surfpool's own block times change while a block becomes final.
      transaction: { ...(await solana().getTransaction(signature, version)), blockTime: null },
      parsed: { ...(await solana().getParsedTransaction(signature, version)), blockTime: null },
      signatures: (await solana().getSignaturesForAddress(tokens)).map((entry) => entry.signature),
    });
    const before = await read();
    const height = await solana().getBlockHeight();
    await surfpool.stop();
    surfpool = await startSolana();
    expect(await read()).toEqual(before);
    expect(before.transaction.meta?.err).toBeNull();
    expect(await solana().getBlockHeight()).toBeGreaterThan(height);
    await expect(solana().sendRawTransaction(unsent.serialize())).rejects.toThrow(/blockhash/i);
    const status = await solana().getSignatureStatuses([signature], { searchTransactionHistory: true });
    expect(status.value[0]).toMatchObject({ confirmationStatus: 'finalized', err: null });
  }, 30_000);

  it('keeps what was confirmed when its process is killed a moment later', async () => {
    const tokens = new PublicKey(assets.solana.demoUser.usdcAccount);
    const { amount } = (await solana().getTokenAccountBalance(tokens)).value;
    const signature = await sendAndPoll(
      solana(),
      [createMintToInstruction(mint.publicKey, tokens, faucet.publicKey, 1n)],
      [faucet],
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(surfpool.pid, 'SIGKILL');
    surfpool = await startSolana();
    expect((await solana().getTokenAccountBalance(tokens)).value.amount).toBe(String(BigInt(amount) + 1n));
    expect(await solana().getTransaction(signature, { maxSupportedTransactionVersion: 0 })).not.toBeNull();
  }, 30_000);

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'proves what became of payments that a %s found on their way, whatever happens after it',
    async (signal) => {
      const rail = () =>
        createSolanaTransferRail({
          rpcUrl: surfpool.rpcUrl,
          network: assets.solanaNetwork,
          secretKey: escrow.secretKey,
        });
      const sign = async (intentId: string) => {
        const offer = {
          scheme: 'transfer',
          network: assets.solanaNetwork,
          asset: NATIVE_MINT.toBase58(),
          amount: '5',
          payTo: demoUser.publicKey.toBase58(),
          maxTimeoutSeconds: 60,
          extra: {},
        };
        const order = { railData: {}, committed: 5n, coins: 5_000n, own: [] } as const;
        const remember = () => Promise.resolve();
        return (await rail().sign({ ...order, intentId, offer, remember })) as SignedPayment;
      };
      const [unsent, sent] = [await sign(`unsent ${signal}`), await sign(`sent ${signal}`)];
      const before = await archived();
      await rail().submit!(sent.payload);
      const locate = async (payment: SignedPayment) => (await rail().locate(payment.proof, null)).kind;
      await vi.waitFor(async () => expect(await locate(sent)).toBe('landed'), 5000);
      expect(await locate(unsent)).toBe('alive');
      await vi.waitFor(async () => expect(await archived()).toBeGreaterThan(before), 15_000);
      if (signal === 'SIGKILL') process.kill(surfpool.pid, signal);
      else await surfpool.stop();
      surfpool = await startSolana();
      const move = SystemProgram.transfer({
        fromPubkey: demoUser.publicKey,
        toPubkey: escrow.publicKey,
        lamports: 6,
      });
      await sendAndPoll(solana(), [move], [demoUser]); // a chain that was just set up begins with this
      await vi.waitFor(async () => expect(await locate(unsent)).toBe('void'), 10_000);
      expect(await locate(sent)).toBe('landed');
    },
    60_000,
  );

  it('finalizes a transaction', async () => {
    const instruction = SystemProgram.transfer({
      fromPubkey: demoUser.publicKey,
      toPubkey: escrow.publicKey,
      lamports: 5,
    });
    const signature = await sendAndPoll(solana(), [instruction], [demoUser]);
    await vi.waitFor(async () => {
      const status = (await solana().getSignatureStatuses([signature])).value[0];
      expect(status?.confirmationStatus).toBe('finalized');
    }, 10_000);
  }, 15_000);
});

describe('deploying the local assets', () => {
  it('opens and funds what the stack needs', async () => {
    expect(assets.assets.map(({ code, network }) => `${code} ${network}`)).toEqual([
      `SOL ${assets.solanaNetwork}`,
      `USDC ${assets.solanaNetwork}`,
      'USDC eip155:31337',
    ]);
    const opened = [assets.solana.escrow, assets.solana.demoUser, ...Object.values(assets.solana.sellers)];
    const accounts = await solana().getMultipleAccountsInfo(
      opened.map(({ usdcAccount }) => new PublicKey(usdcAccount)),
    );
    expect(accounts.every((account) => account !== null)).toBe(true);
    expect(await floatOnEvm()).toBeGreaterThan(0n);
  });

  it('changes nothing when it is done again', async () => {
    const balances = async () => [
      await floatOnEvm(),
      await solana().getBalance(faucet.publicKey),
      await solana().getBalance(escrow.publicKey),
    ];
    const before = await balances();
    const { evm, solana: onSolana } = await deploy();
    expect([evm.token.address, onSolana.mint.address]).toEqual([
      assets.evm.token.address,
      assets.solana.mint.address,
    ]);
    expect(await balances()).toEqual(before);
  });
});
