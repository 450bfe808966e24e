/** For tests: real chains on free ports, with everything on sale that the local stack sells. */
import { startFacilitator } from '../../stand-ins/facilitator/server.ts';
import { freePort } from '../ports.ts';
import { createProcesses } from '../processes.ts';
import { startSampleServices } from '../../stand-ins/services/server.ts';
import { startAnvil } from './anvil.ts';
import { deployLocalAssets } from './deploy.ts';
import { deriveLocalKeys, type LocalAssets } from './local-assets.ts';
import { startSurfpool } from './surfpool.ts';

export const TEST_SEED = new Uint8Array(32).fill(7);

export interface TestChains {
  readonly assets: LocalAssets;
  stop(): Promise<void>;
}

/** Slots are short: a Solana transaction is confirmed in 50 ms and final in 1.6 s. */
export async function startTestChains(): Promise<TestChains> {
  const processes = createProcesses({ log: () => undefined });
  const [anvil, surfpool] = await Promise.all([
    startAnvil({ processes, port: await freePort() }),
    startSurfpool({ processes, rpcPort: 0, wsPort: 0, seed: TEST_SEED, slotTimeMs: 50 }),
  ]);
  const keys = deriveLocalKeys(TEST_SEED);
  const assets = await deployLocalAssets({ evmRpcUrl: anvil.rpcUrl, solanaRpcUrl: surfpool.rpcUrl, keys });
  const stop = async (): Promise<void> => {
    await anvil.stop();
    await processes.stopAll();
  };
  return { assets, stop };
}

export function facilitatorChains(assets: LocalAssets) {
  const { evm, solana, solanaNetwork, solanaNetworkV1 } = assets;
  return {
    evm: { rpcUrl: evm.rpcUrl, chainId: evm.chainId, privateKey: evm.facilitator.privateKey },
    solana: {
      rpcUrl: solana.rpcUrl,
      network: solanaNetwork,
      networkV1: solanaNetworkV1,
      secretKey: solana.facilitator.secretKey,
    },
  };
}

export interface TestStack extends TestChains {
  readonly facilitatorUrl: string;
  readonly servicesUrl: string;
}

export async function startTestStack({ slowMs = 200 }: { slowMs?: number } = {}): Promise<TestStack> {
  const chains = await startTestChains();
  const { assets } = chains;
  const facilitator = await startFacilitator({ port: 0, chains: facilitatorChains(assets) });
  const services = await startSampleServices({ port: 0, assets, facilitatorUrl: facilitator.url, slowMs });
  const stop = async (): Promise<void> => {
    await services.stop();
    await facilitator.stop();
    await chains.stop();
  };
  return { assets, facilitatorUrl: facilitator.url, servicesUrl: services.url, stop };
}
