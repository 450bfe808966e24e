import { join } from 'node:path';
import type { Processes } from '../processes.ts';
import type { HostSettings } from './host.ts';
import type { LocalAssets } from './local-assets.ts';

export interface PaidHostOptions extends HostSettings {
  readonly processes: Processes;
  readonly assets: LocalAssets;
  readonly logFile?: string | undefined;
}

export interface RunningPaidHost {
  readonly facilitatorUrl: string;
  readonly servicesUrl: string;
  readonly registryUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Facilitator, registry and sample services in one child process. */
export async function startPaidHost(options: PaidHostOptions): Promise<RunningPaidHost> {
  const { processes, assets, logFile, facilitatorPort, servicesPort, stateDirectory, slowMs } = options;
  const settings: HostSettings = { facilitatorPort, servicesPort, stateDirectory, slowMs };
  const script = join(import.meta.dirname, 'host.ts');
  const child = await processes.spawnNode('paid services', script, [JSON.stringify(settings)], {
    env: { ...process.env, STEWARD_LOCAL_ASSETS: JSON.stringify(assets) },
    logFile,
  });
  const { facilitatorUrl, servicesUrl, registryUrl } = child.info as Record<
    'facilitatorUrl' | 'servicesUrl' | 'registryUrl',
    string
  >;
  return { facilitatorUrl, servicesUrl, registryUrl, pid: child.pid, stop: () => child.stop() };
}
