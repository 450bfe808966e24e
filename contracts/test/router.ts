import { type Contract, type Signer, type TransactionReceipt, type Wallet, id, parseEther } from 'ethers';
import { deployContract } from '../deploy.ts';
import { deployPaymentRouter } from '../mnee-payment-router.ts';
import { deployServiceRegistry } from '../mnee-service-registry.ts';
import { sampleToken } from '../sample-token.ts';
import { as, logsOf, read, send, startTestChain } from './chain.ts';

export const IMAGE = id('IMAGE_GEN_PREMIUM');
export const CALL_HASH = id('what was called');

/** A token of 18 decimals, a registry with one service at 1 MNEE, and a router that the treasury may pay through. */
export async function startRouter() {
  const chain = await startTestChain();
  const owner = await chain.wallet('owner');
  const treasury = await chain.wallet('treasury');
  const provider = await chain.wallet('provider');
  const registry = await deployServiceRegistry(owner);
  const token = await deployContract(sampleToken, owner, 'MNEE', 'MNEE', 18, owner.address);
  const router = await routerFor(token, registry, treasury);
  await send(token, 'mint', treasury.address, parseEther('1000000'));
  await approve(token, treasury, router, parseEther('1000000'));
  await send(registry, 'registerService', IMAGE, provider.address, parseEther('1'), '', true);
  return { chain, owner, treasury, provider, registry, token, router };
}

export async function routerFor(token: Contract, registry: Contract, runner: Signer): Promise<Contract> {
  const addresses = { token: await token.getAddress(), registry: await registry.getAddress() };
  return deployPaymentRouter(runner, addresses);
}

export async function approve(token: Contract, from: Wallet, router: Contract, amount: bigint) {
  await send(as(token, from), 'approve', await router.getAddress(), amount);
}

/** Pays for one unit at the first price unless told otherwise. */
export function pay(
  router: Contract,
  { serviceId = IMAGE, taskId = 'task-1', quantity = 1n, overrides = {} } = {},
): Promise<TransactionReceipt> {
  return send(router, 'payForService', serviceId, 'user-agent', taskId, quantity, CALL_HASH, overrides);
}

/** By how much the balances of some wallets changed. */
export async function moved(
  token: Contract,
  wallets: readonly Wallet[],
  work: () => Promise<unknown>,
): Promise<bigint[]> {
  const balances = () => Promise.all(wallets.map(({ address }) => read(token, 'balanceOf', address)));
  const before = (await balances()) as bigint[];
  await work();
  const after = (await balances()) as bigint[];
  return after.map((balance, index) => balance - (before[index] ?? 0n));
}

/** The payment IDs in the events of a receipt. */
export async function paymentIds(receipt: TransactionReceipt, router: Contract): Promise<string[]> {
  return (await logsOf(receipt, router)).map(({ topics }) => topics[1] ?? '');
}
