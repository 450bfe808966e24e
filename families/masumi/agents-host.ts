import { join } from 'node:path';
import type { HostSecrets, HostSettings } from '../../stand-ins/agents/host.ts';
import type { StandInContext } from '../define.ts';

export interface AgentsHostOptions {
  readonly spawnNode: StandInContext['spawnNode'];
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
  const { spawnNode, settings, secrets, logFile } = options;
  const script = join(import.meta.dirname, '../../stand-ins/agents/host.ts');
  const child = await spawnNode('agents', script, [JSON.stringify(settings)], {
    env: { ...process.env, STEWARD_AGENTS_SECRETS: JSON.stringify(secrets) },
    logFile,
  });
  const { kodosumiUrl, paymentsUrl } = child.info as Partial<Record<'kodosumiUrl' | 'paymentsUrl', string>>;
  return { kodosumiUrl, paymentsUrl, stop: () => child.stop() };
}
