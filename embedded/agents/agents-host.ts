import { join } from 'node:path';
import type { Processes } from '../processes.ts';
import type { HostSecrets, HostSettings } from './host.ts';

export interface AgentsHostOptions {
  readonly processes: Processes;
  readonly settings: HostSettings;
  readonly secrets: HostSecrets;
  readonly logFile?: string | undefined;
}

export interface RunningAgentsHost {
  /** Undefined when this stand-in was not asked for. */
  readonly kodosumiUrl: string | undefined;
  readonly paymentsUrl: string | undefined;
  stop(): Promise<void>;
}

/** The stand-ins of Kodosumi and of the payment service in one child process. */
export async function startAgentsHost(options: AgentsHostOptions): Promise<RunningAgentsHost> {
  const { processes, settings, secrets, logFile } = options;
  const script = join(import.meta.dirname, 'host.ts');
  const child = await processes.spawnNode('agents', script, [JSON.stringify(settings)], {
    env: { ...process.env, STEWARD_AGENTS_SECRETS: JSON.stringify(secrets) },
    logFile,
  });
  const { kodosumiUrl, paymentsUrl } = child.info as Partial<Record<'kodosumiUrl' | 'paymentsUrl', string>>;
  return { kodosumiUrl, paymentsUrl, stop: () => child.stop() };
}
