import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { HostSecrets, HostSettings } from '../../stand-ins/agents/host.ts';
import { sampleSettings } from '../../stand-ins/agents/samples.ts';
import type { MasumiSettings } from '../../schemas/families/masumi/settings.ts';
import type { StandInContext, StandIns } from '../define.ts';
import { startAgentsHost } from './agents-host.ts';

type Context = StandInContext<MasumiSettings>;

/** Which of the two systems that sold agents need are stand-ins of ours. */
interface Missing {
  kodosumi: boolean;
  payments: boolean;
}

const BLOCK_MS = 1500; // a chain quick enough to sit through
const WATCH_EVERY_MS = 2000; // and somebody who looks at it as often

/** Kodosumi and the Masumi payment service: what the configuration does not name is a stand-in. */
export async function startStandIns(context: Context): Promise<StandIns<MasumiSettings>> {
  const { config, log } = context;
  const missing = {
    kodosumi: config.KODOSUMI_BASE_URL === undefined,
    payments: config.PAYMENT_SERVICE_URL === undefined,
  };
  if (!missing.kodosumi && !missing.payments) return { settings: {}, names: [] };
  const secrets = secretsOf(context);
  const host = await startAgentsHost({
    spawnNode: (...wanted) => context.spawnNode(...wanted),
    settings: await hostSettings(context, missing),
    secrets,
    logFile: join(context.dir, 'logs', 'agents.log'),
  });
  const { kodosumiUrl, paymentsUrl } = host;
  if (kodosumiUrl !== undefined) log(`A stand-in for Kodosumi is up at ${kodosumiUrl}`);
  if (paymentsUrl !== undefined)
    log(`A stand-in for a Masumi payment service is up at ${paymentsUrl}: no chain, no money`);
  return {
    names: [...(missing.kodosumi ? ['Kodosumi'] : []), ...(missing.payments ? ['Masumi payments'] : [])],
    settings: {
      ...(missing.kodosumi && {
        KODOSUMI_BASE_URL: kodosumiUrl,
        KODOSUMI_PASSWORD: secrets.kodosumiPassword,
      }),
      ...(missing.payments && paymentSettings(context, paymentsUrl, secrets)),
      // Anybody's own settings come first; a sample is for sale only where both sides know it.
      ...(missing.kodosumi &&
        missing.payments && { FLOW_SETTINGS: { ...sampleSettings(), ...config.FLOW_SETTINGS } }),
      MASUMI_SIGNING_KEY: config.MASUMI_SIGNING_KEY ?? context.secret('masumi-signing.key', newSeed),
    },
  };
}

const newSeed = (): string => randomBytes(32).toString('hex');
const newPassword = (): string => randomBytes(24).toString('base64url');

const secretsOf = ({ config, secret }: Context): HostSecrets => ({
  kodosumiPassword: config.KODOSUMI_PASSWORD ?? secret('kodosumi.password', newPassword),
  paymentKey: config.PAYMENT_API_KEY ?? secret('masumi-payments.key', newPassword),
});

async function hostSettings({ config, dir, claimPort }: Context, missing: Missing): Promise<HostSettings> {
  return {
    kodosumi: missing.kodosumi
      ? {
          port: await claimPort('Kodosumi stand-in', config.KODOSUMI_PORT, 'KODOSUMI_PORT'),
          username: config.KODOSUMI_USERNAME,
        }
      : undefined,
    payments: missing.payments
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
  { config }: Context,
  url: string | undefined,
  { paymentKey }: HostSecrets,
): Partial<MasumiSettings> => ({
  PAYMENT_SERVICE_URL: url,
  PAYMENT_API_KEY: paymentKey,
  MASUMI_WATCH_EVERY_MS: Math.min(config.MASUMI_WATCH_EVERY_MS, WATCH_EVERY_MS),
});
