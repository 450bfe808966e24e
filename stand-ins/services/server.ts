import { join } from 'node:path';
import type { LocalAssets } from '../../embedded/chains/local-assets.ts';
import { listen, type Listening } from '../facilitator/listen.ts';
import { createServicesApp } from './app.ts';
import { registerInBazaar } from './bazaar-registration.ts';
import { createBookingStore } from './refunds/booking-store.ts';
import { createEvmRefunds } from './refunds/evm-refunds.ts';
import { createRefunder } from './refunds/refunder.ts';
import { createSolanaRefunds } from './refunds/solana-refunds.ts';

export interface SampleServicesOptions {
  /** All services share one port: `/price-history`, `/statistics`...; the registry is `/services`. */
  readonly port: number;
  readonly assets: LocalAssets;
  readonly facilitatorUrl: string;
  /** Where bookings are kept, because they must be refundable after a restart. */
  readonly stateDirectory?: string | undefined;
  readonly slowMs?: number | undefined;
  readonly now?: (() => Date) | undefined;
}

/** Starts the sample sellers on loopback and catalogues them in the facilitator's Bazaar. */
export async function startSampleServices(options: SampleServicesOptions): Promise<Listening> {
  const { assets, facilitatorUrl, stateDirectory } = options;
  const store = createBookingStore(stateDirectory && join(stateDirectory, 'bookings.json'));
  const { evm, solana } = assets;
  const evmRefunds = createEvmRefunds({ rpcUrl: evm.rpcUrl, privateKey: evm.sellers.travel.privateKey });
  const refunder = createRefunder(store, {
    [evm.network]: evmRefunds,
    [assets.solanaNetwork]: createSolanaRefunds({
      rpcUrl: solana.rpcUrl,
      secretKey: solana.sellers.travel.secretKey,
      decimals: solana.mint.decimals,
    }),
  });
  const { app, services } = createServicesApp({ ...options, bookings: { store, refunder } });
  const listening = await listen(app, options.port);
  await registerInBazaar(services, listening.url, facilitatorUrl);
  const stop = async (): Promise<void> => {
    evmRefunds.close();
    await listening.stop();
  };
  return { ...listening, stop };
}
