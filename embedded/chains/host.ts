/**
 * One child process for the paid side of the local stack: facilitator with Bazaar, service registry and sample
 * services. They share a process because each is small and Node is not. surfpool has a process of its own: it is native
 * and may crash. Ports and folders come as one JSON argument; the assets, which hold the local wallets' keys, come in
 * the environment. Ready message: {type, facilitatorUrl, servicesUrl, registryUrl}.
 */
import { tellParent } from '../../processes/run-main.ts';
import { startFacilitator } from '../../stand-ins/facilitator/server.ts';
import { startSampleServices } from '../../stand-ins/services/server.ts';
import type { LocalAssets } from './local-assets.ts';

export interface HostSettings {
  readonly facilitatorPort: number;
  readonly servicesPort: number;
  readonly stateDirectory?: string | undefined;
  readonly slowMs?: number | undefined;
}

async function run(settings: HostSettings, assets: LocalAssets): Promise<void> {
  const { evm, solana, solanaNetwork, solanaNetworkV1 } = assets;
  const facilitator = await startFacilitator({
    port: settings.facilitatorPort,
    chains: {
      evm: { rpcUrl: evm.rpcUrl, chainId: evm.chainId, privateKey: evm.facilitator.privateKey },
      solana: {
        rpcUrl: solana.rpcUrl,
        network: solanaNetwork,
        networkV1: solanaNetworkV1,
        secretKey: solana.facilitator.secretKey,
      },
    },
  });
  const services = await startSampleServices({
    port: settings.servicesPort,
    assets,
    facilitatorUrl: facilitator.url,
    stateDirectory: settings.stateDirectory,
    slowMs: settings.slowMs,
  });
  const end = async (): Promise<void> => {
    await services.stop();
    await facilitator.stop();
    process.exit(0);
  };
  for (const reason of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(reason, () => void end());
  tellParent({
    type: 'ready',
    facilitatorUrl: facilitator.url,
    servicesUrl: services.url,
    registryUrl: services.url,
  });
}

await run(
  JSON.parse(process.argv[2] ?? '{}') as HostSettings,
  JSON.parse(process.env['STEWARD_LOCAL_ASSETS'] ?? '{}') as LocalAssets,
);
