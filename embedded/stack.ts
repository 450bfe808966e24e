import type { Logger } from 'pino';
import { loadConfig, settings, type Config } from '../families/config.ts';
import type { Family } from '../families/define.ts';
import { families as served } from '../families/index.ts';
import { upgradeSchema } from '../families/schema.ts';
import { createLog, logLastWords } from '../config/logging.ts';
import { describeError } from '../domain/errors.ts';
import { interrupted } from '../processes/interrupted.ts';
import { outliveReaders } from '../processes/run-main.ts';
import { UsageError } from '../processes/usage-error.ts';
import { required } from '../config/temporal-connection.ts';
import { quietRuntime } from '../processes/quiet-runtime.ts';
import { startApplication, type Application } from '../processes/application.ts';
import { bookFloat } from './book-float.ts';
import { startEnvironment, type Environment, type EnvironmentOptions } from './environment.ts';
import { freePort, refuseBusyPorts } from './ports.ts';
import { createProcesses, type Log } from './processes.ts';
import { launcherGone } from './processes/launcher.ts';
import { readStackFile, stackFileOf } from '../scripts/stack-file.ts';
import { closeStackFile, writeStackFile } from './write-stack-file.ts';
import { baseUrl, localUrl } from '../processes/urls.ts';
import { wantedPorts } from './wanted-ports.ts';

export interface StackOptions {
  port?: string | undefined;
  data?: string | undefined;
  anyPorts: boolean;
  /** False: only the parts around the application. */
  application: boolean;
}

export { quietRuntime };

/** The embedded stack, running. */
export interface Stack {
  environment: Environment;
  application: Application | undefined;
  /** `progress` hears what is waited for. */
  stop(progress?: Log): Promise<void>;
}

const isPort = (name: string): boolean => name.endsWith('_PORT');
const DRAIN_MS = 1000; // what is cut off here is done at the next start

/** The configuration, with the command line's options on top. */
export function stackConfig(options: StackOptions): Config {
  if (options.port !== undefined && !(/^\d{1,5}$/.test(options.port) && Number(options.port) < 65_536))
    throw new UsageError(`--port must be a number from 0 to 65535, not "${options.port}".`);
  const ports = ['PORT', ...Object.keys(settings.shape).filter(isPort)];
  const free = options.anyPorts ? Object.fromEntries(ports.map((name) => [name, '0'])) : {};
  const given = {
    ...(options.port === undefined ? {} : { PORT: options.port }),
    ...(options.data === undefined ? {} : { DATA_DIR: options.data }),
  };
  Object.assign(process.env, free, given);
  const config = loadConfig();
  return process.env['WORKER_DRAIN_MS'] === undefined ? { ...config, WORKER_DRAIN_MS: DRAIN_MS } : config;
}

export async function startStack(
  config: Config,
  options: { application: boolean; log: Logger; progress: Log } & EnvironmentOptions,
): Promise<Stack> {
  const { families = served, standIns = true, application: isWhole } = options;
  refuseTwice(config.DATA_DIR);
  await refuseBusyPorts(wantedPorts(config, { families, standIns, application: isWhole }));
  const processes = createProcesses({ log: options.progress });
  try {
    const environment = await startEnvironment(config, processes, options.progress, options);
    const application = isWhole
      ? await startApplication(environment.config, options.log, options.families)
      : undefined;
    await settleIn(environment, application?.url, options.families);
    return {
      environment,
      application,
      async stop(progress) {
        await application?.stop(progress);
        await environment.stop(progress);
        closeStackFile(config.DATA_DIR);
      },
    };
  } catch (error) {
    await processes.stopAll();
    throw error;
  }
}

/** Two stacks would write to the same folder. */
function refuseTwice(dir: string): void {
  const running = readStackFile(dir);
  if (running?.pid === undefined || running.pid === process.pid) return;
  throw new Error(
    `The stack of ${running.dir} runs already (process ${running.pid}, API at ${running.api}). Stop that one, or give this one another folder with --data (DATA_DIR).`,
  );
}

/** What others need to join, and books that agree with the local chains from the start. */
async function settleIn(
  { config, local, standIns, temporalCli }: Environment,
  url: string | undefined,
  families: readonly Family[] | undefined,
): Promise<void> {
  const databaseUrl = required(config, 'DATABASE_URL');
  // An API that joins takes the port of the file, so that both agree.
  const port = url === undefined ? config.PORT || (await freePort()) : undefined;
  const api = url === undefined ? baseUrl({ ...config, PORT: port ?? 0 }) : localUrl(url);
  writeStackFile(config, { api, port, standIns, temporalCli }, families);
  // Processes that join our database have no right to migrate it.
  if (url === undefined) await upgradeSchema(databaseUrl, config.MIGRATION_DATABASE_URL, families);
  if (local !== undefined) await bookFloat(databaseUrl, local);
}

/** `npm start`: runs until Ctrl-C, then takes everything down in order. */
export async function runStack(options: StackOptions): Promise<void> {
  const config = stackConfig(options);
  const log = createLog(config.LOG_LEVEL, 'steward');
  outliveReaders();
  logLastWords(log);
  quietRuntime(log);
  const started = performance.now();
  const progress: Log = (message) => log.info(message);
  const stack = await startStack(config, { application: options.application, log, progress }).catch(
    (error: unknown) => {
      process.stderr.write(`\nSteward could not start: ${describeError(error)}\n`);
      process.exit(1);
    },
  );
  process.stdout.write(`\n${addresses(stack, (performance.now() - started) / 1000)}\n`);
  await untilInterrupted(stack.application);
  await stopAloud(stack);
  process.stdout.write('Stopped. Everything is kept; npm start goes on from here.\n');
  process.exit(0);
}

/** Takes the stack down, and says what it waits for. */
export async function stopAloud(stack: Pick<Stack, 'stop'>): Promise<void> {
  process.stdout.write('\nStopping... (Ctrl-C again ends everything at once; nothing is lost)\n');
  await stack.stop((message) => process.stdout.write(`  ${message}\n`));
}

/** Resolves on the first Ctrl-C or SIGTERM, or when npm is gone. Rejects when the workers die. */
export async function untilInterrupted(application: Application | undefined): Promise<void> {
  await Promise.race([
    interrupted(),
    launcherGone(),
    ...(application === undefined ? [] : [application.finished]),
  ]);
}

/** The addresses to look at. */
export function addresses(
  { environment: { config, standIns, temporalCli }, application }: Stack,
  seconds: number,
): string {
  const api = application?.url;
  const file = stackFileOf(config.DATA_DIR);
  const rows: Address[] = [
    ['API', api],
    ['API documentation', api && `${api}/docs`],
    ['Temporal Web UI', config.TEMPORAL_UI_URL],
    ['Temporal', config.TEMPORAL_ADDRESS],
    ['Temporal CLI', temporalCli],
    ['PostgreSQL', config.DATABASE_URL],
    ['Sample services', config.REGISTRY_URL && `${config.REGISTRY_URL}/services`],
    ['x402 facilitator', config.FACILITATOR_URL && `${config.FACILITATOR_URL}/discovery/resources`],
    ['EVM chain', config.EVM_RPC_URL],
    ['Solana chain', config.SOLANA_RPC_URL],
    ...familyAddresses(config).map(([name, url]): Address => [name, named(url, standIns.has(name))]),
    ['Environment file', file],
  ];
  const lines = rows
    .filter(([, url]) => url !== undefined)
    .map(([name, url]) => `  ${name.padEnd(18)} ${url}`);
  return `Steward is up after ${seconds.toFixed(1)} s.\n${lines.join('\n')}\nIn another terminal ". ${file}" sets $API, $SOL and the rest.\nCtrl-C stops it.`;
}

type Address = [name: string, url: string | undefined];

const familyAddresses = (config: Config): Address[] =>
  served.flatMap((family: Family) => Object.entries(family.addresses?.(config) ?? {}));

const named = (url: string | undefined, isStandIn: boolean): string | undefined =>
  url !== undefined && isStandIn ? `${url} (a stand-in)` : url;
