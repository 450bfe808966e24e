import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { startAgentsHost } from './agents/agents-host.ts';
import type { HostSecrets, HostSettings } from './agents/host.ts';
import { sampleSettings } from './agents/samples.ts';
import { claimPort } from './ports.ts';
import type { Log, Processes } from './processes.ts';
import { secret } from './secret.ts';

/** Which of the two systems that selling agents needs are our stand-ins. */
export interface StandIns {
  kodosumi: boolean;
  payments: boolean;
}

export interface AgentsContext {
  config: Config;
  processes: Processes;
  log: Log;
  dir: string;
}

const BLOCK_MS = 1500; // a chain quick enough to watch
const WATCH_EVERY_MS = 2000; // payments on it are looked at about as often

/** Kodosumi and the Masumi payment service. Where the configuration names none, a stand-in is started. */
export async function startAgents(
  context: AgentsContext,
): Promise<{ settings: Partial<Config>; standIns: StandIns }> {
  const { config, log } = context;
  const standIns = {
    kodosumi: config.KODOSUMI_BASE_URL === undefined,
    payments: config.PAYMENT_SERVICE_URL === undefined,
  };
  if (!standIns.kodosumi && !standIns.payments) return { settings: {}, standIns };
  const secrets = secretsOf(context);
  const host = await startAgentsHost({
    processes: context.processes,
    settings: await hostSettings(context, standIns),
    secrets,
    logFile: join(context.dir, 'logs', 'agents.log'),
  });
  const { kodosumiUrl, paymentsUrl } = host;
  if (kodosumiUrl !== undefined) log(`A stand-in for Kodosumi is up at ${kodosumiUrl}`);
  if (paymentsUrl !== undefined)
    log(`A stand-in for a Masumi payment service is up at ${paymentsUrl}: no chain, no money`);
  return {
    standIns,
    settings: {
      ...(standIns.kodosumi && {
        KODOSUMI_BASE_URL: kodosumiUrl,
        KODOSUMI_PASSWORD: secrets.kodosumiPassword,
      }),
      ...(standIns.payments && paymentSettings(context, paymentsUrl, secrets)),
      // The user's own settings come first. A sample is for sale only where both sides know it.
      ...(standIns.kodosumi &&
        standIns.payments && { FLOW_SETTINGS: { ...sampleSettings(), ...config.FLOW_SETTINGS } }),
      MASUMI_SIGNING_KEY: config.MASUMI_SIGNING_KEY ?? secret(context.dir, 'masumi-signing.key', newSeed),
    },
  };
}

const newSeed = (): string => randomBytes(32).toString('hex');
const newPassword = (): string => randomBytes(24).toString('base64url');

const secretsOf = ({ config, dir }: AgentsContext): HostSecrets => ({
  kodosumiPassword: config.KODOSUMI_PASSWORD ?? secret(dir, 'kodosumi.password', newPassword),
  paymentKey: config.PAYMENT_API_KEY ?? secret(dir, 'masumi-payments.key', newPassword),
});

async function hostSettings({ config, dir }: AgentsContext, standIns: StandIns): Promise<HostSettings> {
  return {
    kodosumi: standIns.kodosumi
      ? {
          port: await claimPort('Kodosumi stand-in', config.KODOSUMI_PORT, 'KODOSUMI_PORT'),
          username: config.KODOSUMI_USERNAME,
        }
      : undefined,
    payments: standIns.payments
      ? {
          port: await claimPort('Masumi stand-in', config.MASUMI_PORT, 'MASUMI_PORT'),
          network: config.MASUMI_NETWORK,
          stateFile: join(dir, 'masumi-payments.jsonl'),
          blockMs: BLOCK_MS,
        }
      : undefined,
  };
}

const paymentSettings = (
  { config }: AgentsContext,
  url: string | undefined,
  { paymentKey }: HostSecrets,
): Partial<Config> => ({
  PAYMENT_SERVICE_URL: url,
  PAYMENT_API_KEY: paymentKey,
  MASUMI_WATCH_EVERY_MS: Math.min(config.MASUMI_WATCH_EVERY_MS, WATCH_EVERY_MS),
});
