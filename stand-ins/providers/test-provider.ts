import { id, parseEther, type Contract } from 'ethers';
import { as, send } from '../../contracts/test/chain.ts';
import { startRouter } from '../../contracts/test/router.ts';
import type { ProviderDefinition } from './definition.ts';
import { startProvider, type ProviderChain } from './server.ts';

/** What a request proves its payment with. */
export interface Proof {
  taskId: string;
  serviceCallHash: string;
  paymentTx: string;
}

export const CALL = id('what was called');

/** A chain with a router and two services, each at a price of its own. */
export async function startMarket() {
  const { chain, owner, treasury, registry, router, provider } = await startRouter();
  const { url: rpcUrl } = chain.provider._getConnection();
  for (const name of ['PRICE_ORACLE', 'BATCH_COMPUTE', 'LOG_ARCHIVE'])
    await send(registry, 'registerService', id(name), provider.address, parseEther('0.05'), '', true);
  const settings: ProviderChain = { rpcUrl, chainId: 31337, router: await router.getAddress() };
  const payer: Contract = as(router, treasury);
  return {
    settings,
    registry: as(registry, owner),
    chain,
    router: payer,
    /** Pays for a task, and answers what the payment is proven with. */
    async pay(
      taskId: string,
      { service = 'PRICE_ORACLE', callHash = CALL, quantity = 1n } = {},
    ): Promise<Proof> {
      const { hash } = await send(payer, 'payForService', id(service), 'agent', taskId, quantity, callHash);
      return { taskId, serviceCallHash: callHash.slice(2), paymentTx: hash };
    },
    stop: () => chain.stop(),
  };
}

export type Market = Awaited<ReturnType<typeof startMarket>>;

/** A provider on a free port, and how it is asked. */
export async function open(
  definition: ProviderDefinition,
  options: { chain?: ProviderChain; dir?: string; limit?: number; waitMs?: number } = {},
) {
  const listening = await startProvider({ definition, port: 0, waitMs: 0, ...options });
  const { method, path } = definition;
  const ask = async (
    to: string,
    init?: RequestInit,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(new URL(to, listening.url), init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    ...listening,
    ask,
    buy(input: object, proof: Partial<Proof> = {}) {
      const values = { ...input, ...proof };
      if (method === 'GET')
        return ask(`${path}?${new URLSearchParams(values as Record<string, string>).toString()}`);
      const headers = { 'content-type': 'application/json' };
      return ask(path, { method, headers, body: JSON.stringify(values) });
    },
  };
}
