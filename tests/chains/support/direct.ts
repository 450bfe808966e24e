import { PublicKey } from '@solana/web3.js';
import { Contract, id, Wallet, type JsonRpcProvider } from 'ethers';
import { expect } from 'vitest';
import { mneeServiceRegistry } from '../../../contracts/mnee-service-registry.ts';
import type { CallRequest } from '../../../domain/ports/calling.ts';
import type { ReconcileOutcome, SubmitOutcome } from '../../../domain/ports/payments.ts';
import { request, sending, soon, untilDone } from './buying.ts';
import { evmBalance, paymentOf, reserveOf, sweepUntil } from './looking.ts';
import { holdBooks } from './hostile-stack.ts';
import { paidStep, type Activities, type MoneyStack } from './money-stack.ts';

export const PRICE = 250_000n;
export const SERVICE = id('REPORT');
export const CALL_HASH = id('what was called');

export interface Registry {
  /** Writes the service's entry, and creates it if it is new. */
  set(terms?: { unitPrice?: bigint; active?: boolean }): Promise<void>;
}

/**
 * The registry of the local stack, controlled by its owner. It has one service at PRICE, provided by the market seller.
 */
export async function openRegistry(
  { assets }: Pick<MoneyStack, 'assets'>,
  provider: JsonRpcProvider,
): Promise<Registry> {
  const { router, sellers } = assets.evm;
  const owner = new Wallet(router.registrar.privateKey, provider);
  const contract = new Contract(router.registry, mneeServiceRegistry.abi, owner);
  const send = async (method: string, ...args: unknown[]): Promise<void> => {
    const sent = (await contract.getFunction(method)(...args)) as { wait(): Promise<unknown> };
    await sent.wait();
  };
  await send('registerService', SERVICE, sellers.market.address, PRICE, '', true);
  return {
    set: ({ unitPrice = PRICE, active = true } = {}) =>
      send('updateService', SERVICE, sellers.market.address, unitPrice, active, '', true),
  };
}

/** One direct payment of PRICE, with the questions that every test asks afterwards. */
export interface DirectPurchase {
  runId: string;
  intentId: string;
  call: CallRequest;
  sign(activities: Activities): Promise<void>;
  submit(activities: Activities, attempt?: number): Promise<SubmitOutcome>;
  reconcile(activities: Activities): Promise<ReconcileOutcome>;
  /**
   * Sweeps until it is final, then requires exactly this transfer, nothing held, and books that agree with the chains.
   */
  endsPaid(activities: Activities): Promise<void>;
  /** Requires a void payment, the whole price back in the reserve, and books that agree with the chains. */
  endsVoid(reason: string): Promise<void>;
}

export interface DirectWay {
  rail: 'evm-router' | 'solana-transfer';
  code: 'USDC' | 'SOL';
}

export const DIRECT_WAYS: DirectWay[] = [
  { rail: 'evm-router', code: 'USDC' },
  { rail: 'solana-transfer', code: 'USDC' },
  { rail: 'solana-transfer', code: 'SOL' },
];

/** The payee's money on its chain, minor units. */
export async function payeeHas(stack: MoneyStack, { rail, code }: DirectWay): Promise<bigint> {
  const { assets, wallets } = stack;
  if (rail === 'evm-router') return evmBalance(assets, assets.evm.sellers.market.address);
  const payee = new PublicKey(assets.solana.sellers.market.address);
  return code === 'SOL'
    ? BigInt(await wallets.connection.getBalance(payee))
    : wallets.tokenBalance(payee, wallets.mint);
}

/** Quotes a direct payment for a new run. `agree` compares how books and chains have changed since then. */
export async function startDirect(
  stack: MoneyStack,
  way: DirectWay,
  { activities = stack.activities(), maxTimeoutSeconds = 600, agree = undefined as Agree | undefined } = {},
): Promise<DirectPurchase> {
  const { assets, book } = stack;
  const isRouter = way.rail === 'evm-router';
  const network = isRouter ? assets.evm.network : assets.solanaNetwork;
  const agreed = agree ?? (await holdBooks(stack, network));
  const had = agree === undefined ? await payeeHas(stack, way) : undefined;
  const { runId } = await stack.newRun(way.code, 1_000_000n);
  const ride = { runId, events: [] };
  const asset = book.assets.find((one) => one.network === network && one.code === way.code)!;
  const order = {
    ride,
    runId,
    stepId: 'buy',
    generation: 1,
    asset: asset.id,
    amount: PRICE.toString(),
    payTo: isRouter ? assets.evm.sellers.market.address : assets.solana.sellers.market.address,
    maxTimeoutSeconds,
    ...(isRouter
      ? {
          service: {
            serviceId: SERVICE,
            agentId: 'agent',
            taskId: `${runId}-1`,
            quantity: '1',
            serviceCallHash: CALL_HASH,
          },
        }
      : {}),
  };
  const quote = await untilDone(() => activities.prepareDirectPayment(order));
  if (quote.kind !== 'quoted') throw new Error(quote.message);
  const { intentId } = quote;
  const call = request(runId, paidStep('http://unused.invalid'), way.code);
  return {
    runId,
    intentId,
    call,
    async sign(by) {
      const signed = await untilDone(() => by.signPayment({ ride, intentId, signBeforeMs: soon() }));
      expect(signed).toEqual({ kind: 'signed' });
    },
    submit: (by, attempt = 1) => untilDone(() => by.submitPayment(sending({ ...call, attempt }, intentId))),
    reconcile: (by) => by.reconcilePayment({ ride, intentId }),
    async endsPaid(by) {
      await sweepUntil(by, async () => (await paymentOf(stack, intentId)).finalized);
      if (had !== undefined) expect((await payeeHas(stack, way)) - had).toBe(PRICE);
      expect(await reserveOf(stack, runId, way.code)).toMatchObject({ held: 0n });
      await agreed();
    },
    async endsVoid(reason) {
      expect(await paymentOf(stack, intentId)).toMatchObject({ status: 'void', reason });
      if (had !== undefined) expect(await payeeHas(stack, way)).toBe(had);
      expect(await reserveOf(stack, runId, way.code)).toEqual({ posted: PRICE, held: 0n, available: PRICE });
      await agreed();
    },
  };
}

type Agree = () => Promise<void>;
