/**
 * One child process for the two outside systems of agents that are sold: stand-ins of Kodosumi and of a Masumi payment
 * service, each only where no real one is given. Settings come as one JSON argument, secrets in the environment. Ready
 * message: {type, kodosumiUrl?, paymentsUrl?}.
 * The payment service keeps its state in a file. Kodosumi's runs are in memory only: when a restart loses the run of a
 * job, the job ends as `run_lost`, and its purchaser gets the money back.
 */
import { sampleFlows } from '../kodosumi/flows/samples.ts';
import { startKodosumiStandIn } from '../kodosumi/stand-in.ts';
import { startMasumiStandIn } from '../payment-service/server.ts';
import type { MasumiNetwork } from '../../schemas/families/masumi/payment-service.ts';
import { SAMPLE_AGENTS } from './samples.ts';

export interface HostSettings {
  readonly kodosumi?: { readonly port: number; readonly username: string } | undefined;
  readonly payments?:
    | {
        readonly port: number;
        readonly network: MasumiNetwork;
        readonly stateFile: string;
        readonly blockMs: number;
      }
    | undefined;
}

export interface HostSecrets {
  readonly kodosumiPassword: string;
  readonly paymentKey: string;
}

interface StandIn {
  readonly url: string;
  close(): Promise<void>;
}

const log = (line: string): void => void process.stdout.write(`${line}\n`);

async function startKodosumi(
  settings: HostSettings['kodosumi'],
  password: string,
): Promise<StandIn | undefined> {
  if (settings === undefined) return undefined;
  return startKodosumiStandIn({ ...settings, password, flows: sampleFlows, log });
}

async function startPayments(
  settings: HostSettings['payments'],
  apiKey: string,
): Promise<StandIn | undefined> {
  if (settings === undefined) return undefined;
  const standIn = await startMasumiStandIn({ ...settings, apiKey, log });
  for (const { agent } of SAMPLE_AGENTS) standIn.control.registerAgent(agent);
  return standIn;
}

async function run(settings: HostSettings, secrets: HostSecrets): Promise<void> {
  const [kodosumi, payments] = await Promise.all([
    startKodosumi(settings.kodosumi, secrets.kodosumiPassword),
    startPayments(settings.payments, secrets.paymentKey),
  ]);
  const end = async (): Promise<void> => {
    await Promise.all([kodosumi?.close(), payments?.close()]);
    process.exit(0);
  };
  for (const reason of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(reason, () => void end());
  const ready = { type: 'ready', kodosumiUrl: kodosumi?.url, paymentsUrl: payments?.url };
  process.send?.(ready, undefined, undefined, () => undefined); // a parent that is gone also disconnects
}

await run(
  JSON.parse(process.argv[2] ?? '{}') as HostSettings,
  JSON.parse(process.env['STEWARD_AGENTS_SECRETS'] ?? '{}') as HostSecrets,
);
