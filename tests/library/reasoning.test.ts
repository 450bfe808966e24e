import '../../config/quiet-bindings.ts';
import { createHash } from 'node:crypto';
import { createTransferCheckedInstruction, getAssociatedTokenAddressSync } from '@solana/spl-token';
import { Connection, Keypair, PublicKey, SystemProgram, Transaction } from '@solana/web3.js';
import bs58 from 'bs58';
import canonicalize from 'canonicalize';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { loadConfig } from '../../families/config.ts';
import { startStack, type Stack } from '../../embedded/stack.ts';
import { WorkflowManager, type EscrowManager } from '../../library/reasoning.ts';
import type { WorkflowEvent } from '../../schemas/families/reasoning.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { uniqueTaskQueue } from '../support/temporal.ts';

const folder = temporaryFolder('library');
const escrowKeypair = Keypair.generate();
const before = { ...process.env };
let surroundings: Stack;
let manager: WorkflowManager;

beforeAll(async () => {
  const shared = { TEMPORAL_ADDRESS: inject('temporalAddress'), TASK_QUEUE: uniqueTaskQueue('library') };
  const ports = ['ANVIL_PORT', 'SURFPOOL_PORT', 'FACILITATOR_PORT', 'SERVICES_PORT'];
  const config = loadConfig({
    ...shared,
    ...Object.fromEntries(ports.map((name) => [name, '0'])),
    DATABASE_URL: inject('databaseServerUrl'),
    DATA_DIR: `${folder}/surroundings`,
    ESCROW_KEYPAIR: Buffer.from(escrowKeypair.secretKey).toString('base64'),
  });
  surroundings = await startStack(config, {
    application: false,
    standIns: false,
    log: pino({ level: 'silent' }),
    progress: () => undefined,
  });
  const { config: found } = surroundings.environment;
  // What an operator would have in .env; there is no DATABASE_URL, so the manager brings its own PostgreSQL.
  Object.assign(process.env, shared, {
    DATA_DIR: `${folder}/manager`,
    SOLANA_CAIP2: found.SOLANA_CAIP2,
    ESCROW_ASSETS: found.ESCROW_ASSETS,
    EVM_RPC_URL: found.EVM_RPC_URL,
    EVM_CHAIN_ID: String(found.EVM_CHAIN_ID),
    EVM_FLOAT_KEY: found.EVM_FLOAT_KEY,
    EVM_ASSETS: found.EVM_ASSETS,
    SERVICE_HOSTS: found.SERVICE_HOSTS.join(','),
  });
  delete process.env['DATABASE_URL'];
  manager = new WorkflowManager({
    redisUrl: 'redis://localhost:6379',
    registryUrl: found.REGISTRY_URL!,
    facilitatorUrl: found.FACILITATOR_URL,
    solanaRpcUrl: found.SOLANA_RPC_URL!,
    network: 'devnet',
    escrowKeypair,
  });
}, 120_000);

afterAll(async () => {
  await manager.disconnect();
  await surroundings.stop();
  process.env = before;
}, 60_000);

test(
  'the original’s program: deposit, create, listen, approve at once, look, withdraw',
  { timeout: 180_000 },
  async () => {
    const escrow = manager.getEscrowManager();
    const wallet = demoWallet();
    await escrow.createUserEscrow('user_123', wallet.publicKey.toBase58());
    await Promise.all([
      escrow.depositFunds('user_123', 1.5, await sendCoins(escrow, wallet, 1_500_000_000)),
      escrow.depositFunds('user_123', '3', await sendTokens(escrow, wallet, 3_000_000n), { asset: 'USDC' }),
    ]);
    expect(await escrow.getBalance('user_123')).toBe(1.5);

    const workflow = await manager.createWorkflow({
      userId: 'user_123',
      input: 'Get the SOL price history of the last 30 days and compute statistics',
      maxCost: 2,
    });
    expect(workflow).toMatchObject({
      userId: 'user_123',
      status: expect.stringMatching(/planning|awaiting_approval/),
    });
    const events: WorkflowEvent[] = [];
    manager.on('workflow-event', (event) => events.push(event));
    expect(await manager.approveWorkflow(workflow.id)).toMatchObject({ success: true });
    await expect
      .poll(async () => (await manager.getWorkflow(workflow.id))?.status, { timeout: 60_000 })
      .toBe('completed');

    const result = (await manager.getWorkflow(workflow.id))!;
    expect(result.totalCost).toBeGreaterThan(0);
    const { steps, limits, asset, revision, understanding, planHash } = result.executionPlan!;
    const hashed = { steps, limits, asset, revision, ...(understanding && { understanding }) };
    expect(createHash('sha256').update(canonicalize(hashed)!).digest('hex')).toBe(planHash);
    expect(result.paymentSignatures.length).toBeGreaterThan(0);
    await expect.poll(() => events.at(-1)?.type).toBe('workflow.completed');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    expect((await manager.getUserWorkflows('user_123')).map(({ id }) => id)).toEqual([workflow.id]);

    const destination = Keypair.generate().publicKey.toBase58();
    const signature = await escrow.withdrawFunds('user_123', 0.5, destination);
    expect(await connection().getBalance(new PublicKey(destination), 'finalized')).toBe(500_000_000);
    expect(await escrow.getBalance('user_123')).toBe(0.999995); // the fee is the user's
    expect(await escrow.getUserHistory('user_123', 10)).toContainEqual(
      expect.objectContaining({ type: 'withdrawal', signature, amount: 0.5 }),
    );
  },
);

test(
  'what does not exist or is refused is an answer, and subscriptions can be ended',
  { timeout: 60_000 },
  async () => {
    expect(await manager.getWorkflow('wf_1_0123456789abcdef')).toBeNull();
    expect(await manager.approveWorkflow('wf_1_0123456789abcdef')).toEqual({
      success: false,
      message: 'Workflow not found',
    });
    expect(await manager.answerWorkflow('wf_1_0123456789abcdef', { city: 'Paris' })).toMatchObject({
      success: false,
    });
    const { id } = await manager.createWorkflow({
      userId: 'poor_user',
      input: 'Get the SOL price history of the last 30 days',
    });
    const seen: WorkflowEvent[] = [];
    const stop = manager.subscribeToWorkflow(id, (event) => seen.push(event), 0);
    await expect
      .poll(() => seen.map(({ type }) => type), { timeout: 10_000 })
      .toContain('workflow.awaiting_approval');
    const answer = await manager.approveWorkflow(id);
    expect(answer.success).toBe(false);
    expect(answer.message).toMatch(
      /^Insufficient escrow balance\. Available: 0\.0, Required: [\d.]+\. Please top up\.$/,
    );
    const said = await manager.answerWorkflow(id, { city: 'Paris' });
    expect(said).toEqual({ success: false, message: expect.stringContaining('waits for no input') });
    stop();
    expect(await manager.cancelWorkflow(id)).toBe(true);
    await expect.poll(async () => (await manager.getWorkflow(id))?.status).toBe('cancelled');
    expect(seen.map(({ type }) => type)).not.toContain('workflow.cancelled');
  },
);

const connection = (): Connection =>
  new Connection(surroundings.environment.config.SOLANA_RPC_URL!, 'confirmed');
const demoWallet = (): Keypair =>
  Keypair.fromSecretKey(bs58.decode(surroundings.environment.local!.solana.demoUser.secretKey));

async function sendCoins(escrow: EscrowManager, wallet: Keypair, lamports: number): Promise<string> {
  const to = escrow.getEscrowPublicKey();
  const transfer = SystemProgram.transfer({ fromPubkey: wallet.publicKey, toPubkey: to, lamports });
  return connection().sendTransaction(new Transaction().add(transfer), [wallet]);
}

async function sendTokens(escrow: EscrowManager, wallet: Keypair, amount: bigint): Promise<string> {
  const { mint, demoUser } = surroundings.environment.local!.solana;
  const target = getAssociatedTokenAddressSync(new PublicKey(mint.address), escrow.getEscrowPublicKey());
  const source = new PublicKey(demoUser.usdcAccount);
  const transfer = createTransferCheckedInstruction(
    source,
    new PublicKey(mint.address),
    target,
    wallet.publicKey,
    amount,
    mint.decimals,
  );
  return connection().sendTransaction(new Transaction().add(transfer), [wallet]);
}
