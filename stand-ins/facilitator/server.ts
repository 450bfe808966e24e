import { createFacilitatorApp } from './app.ts';
import { listen, type Listening } from './listen.ts';
import { createFacilitator, type FacilitatorChains } from './schemes.ts';

export interface FacilitatorOptions {
  readonly port: number;
  readonly chains: FacilitatorChains;
}

/** The local x402 facilitator on loopback. It pays the fees of what it settles, on both chains. */
export async function startFacilitator({ port, chains }: FacilitatorOptions): Promise<Listening> {
  const local = await createFacilitator(chains);
  return await listen(createFacilitatorApp({ local }), port);
}
