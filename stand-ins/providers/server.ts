import { listen, type Listening } from '../facilitator/listen.ts';
import { createProviderApp } from './app.ts';
import { createChainPayments } from './chain-payment.ts';
import type { ProviderDefinition } from './definition.ts';
import { verifyMockPayment } from './mock-payment.ts';
import { openPaidWork } from './paid-work.ts';

/** The chain that payments are on; without one they are made up (mock mode). */
export interface ProviderChain {
  rpcUrl: string;
  chainId: number;
  router: string;
}

export interface ProviderOptions {
  definition: ProviderDefinition;
  port: number;
  chain?: ProviderChain | undefined;
  /** Where it keeps what it did. */
  dir?: string | undefined;
  waitMs?: number | undefined;
  /** How many tasks are remembered. */
  limit?: number | undefined;
}

/** Starts one provider on loopback. */
export async function startProvider({
  definition,
  port,
  chain,
  dir,
  waitMs,
  limit,
}: ProviderOptions): Promise<Listening> {
  const payments = chain && createChainPayments({ ...chain, serviceId: definition.id, waitMs });
  const paid = openPaidWork({ dir, verify: payments?.verify ?? verifyMockPayment, limit });
  let url = '';
  const running = definition.open({ dir, url: () => url });
  const app = createProviderApp({ definition, running, paid, isMock: chain === undefined });
  const listening = await listen(app, port);
  url = listening.url;
  return {
    ...listening,
    async stop() {
      await listening.stop();
      running.close?.();
      payments?.close();
    },
  };
}
