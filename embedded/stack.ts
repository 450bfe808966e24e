import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { loadConfig, settings, toEnvironment, type Config } from '../families/config.ts';
import type { Family } from '../families/define.ts';
import { families as served } from '../families/index.ts';
import { upgradeSchema } from '../families/schema.ts';
import { createLog, logLastWords } from '../config/logging.ts';
import { outliveReaders } from '../processes/run-main.ts';
import { required } from '../config/temporal-connection.ts';
import { quietRuntime } from '../processes/quiet-runtime.ts';
import { startApplication, type Application } from '../processes/application.ts';
import { bookFloat } from './book-float.ts';
import { startEnvironment, type Environment, type EnvironmentOptions } from './environment.ts';
import { claimPort } from './ports.ts';
import { createProcesses, type Log } from './processes.ts';
import { launcherGone } from './processes/launcher.ts';
import { shellValue } from './shell-value.ts';

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
  stop(): Promise<void>;
}

const isPort = (name: string): boolean => name.endsWith('_PORT');

/** The configuration, with the command line's options on top. */
export function stackConfig(options: StackOptions): Config {
  const ports = ['PORT', ...Object.keys(settings.shape).filter(isPort)];
  const free = options.anyPorts ? Object.fromEntries(ports.map((name) => [name, '0'])) : {};
  const given = {
    ...(options.port === undefined ? {} : { PORT: options.port }),
    ...(options.data === undefined ? {} : { DATA_DIR: options.data }),
  };
  Object.assign(process.env, free, given);
  return loadConfig();
}

export async function startStack(
  config: Config,
  options: { application: boolean; log: Logger; progress: Log } & EnvironmentOptions,
): Promise<Stack> {
  if (options.application && config.PORT !== 0) await claimPort('The API', config.PORT, '--port or PORT');
  const processes = createProcesses({ log: options.progress });
  try {
    const environment = await startEnvironment(config, processes, options.progress, options);
    const application = options.application
      ? await startApplication(environment.config, options.log, options.families)
      : undefined;
    await settleIn(environment, application !== undefined, options.families);
    return {
      environment,
      application,
      async stop() {
        await application?.stop();
        await environment.stop();
      },
    };
  } catch (error) {
    await processes.stopAll();
    throw error;
  }
}

/** What others need to join, and books that agree with the local chains from the start. */
async function settleIn(
  { config, local }: Environment,
  isMigrated: boolean,
  families: readonly Family[] | undefined,
): Promise<void> {
  const url = required(config, 'DATABASE_URL');
  writeEnvironment(config, families);
  // Processes that join our database have no right to migrate it.
  if (!isMigrated) await upgradeSchema(url, config.MIGRATION_DATABASE_URL, families);
  if (local !== undefined) await bookFloat(url, local);
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
      process.stderr.write(
        `\nSteward could not start: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      process.exit(1);
    },
  );
  process.stdout.write(`\n${addresses(stack, (performance.now() - started) / 1000)}\n`);
  await untilInterrupted(stack.application);
  process.stdout.write('\nStopping...\n');
  await stack.stop();
  process.stdout.write('Stopped. Everything is kept; npm start goes on from here.\n');
  process.exit(0);
}

/**
 * Resolves on the first Ctrl-C or SIGTERM, or when npm is gone. Rejects when the workers die. A second Ctrl-C ends at
 * once.
 */
export async function untilInterrupted(application: Application | undefined): Promise<void> {
  const interrupted = new Promise<void>((settle) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        settle();
      });
  });
  await Promise.race([
    interrupted,
    launcherGone(),
    ...(application === undefined ? [] : [application.finished]),
  ]);
}

/** What `npm run api`, `npm run worker` and the Temporal CLI need to join this stack. Holds keys: owner only. */
function writeEnvironment(config: Config, families: readonly Family[] | undefined): void {
  const lines = Object.entries(toEnvironment(config, families))
    // What a shell can set, without what is each process's own.
    .filter(([name]) => /^\w+$/.test(name) && !/(_PORT|^PORT|^HOST|DATA_DIR)$/.test(name))
    .map(([name, value]) => `${name}=${shellValue(value)}`);
  writeFileSync(join(resolve(config.DATA_DIR), 'stack.env'), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** The addresses to look at. */
export function addresses(
  { environment: { config, standIns }, application }: Stack,
  seconds: number,
): string {
  const api = application?.url;
  const rows: Address[] = [
    ['API', api],
    ['API documentation', api && `${api}/docs`],
    ['Temporal Web UI', config.TEMPORAL_UI_URL],
    ['Temporal', config.TEMPORAL_ADDRESS],
    ['PostgreSQL', config.DATABASE_URL],
    ['Sample services', config.REGISTRY_URL && `${config.REGISTRY_URL}/services`],
    ['x402 facilitator', config.FACILITATOR_URL && `${config.FACILITATOR_URL}/discovery/resources`],
    ['EVM chain', config.EVM_RPC_URL],
    ['Solana chain', config.SOLANA_RPC_URL],
    ...familyAddresses(config).map(([name, url]): Address => [name, named(url, standIns.has(name))]),
    ['Environment file', join(resolve(config.DATA_DIR), 'stack.env')],
  ];
  const lines = rows
    .filter(([, url]) => url !== undefined)
    .map(([name, url]) => `  ${name.padEnd(18)} ${url}`);
  return `Steward is up after ${seconds.toFixed(1)} s.\n${lines.join('\n')}\nCtrl-C stops it.`;
}

type Address = [name: string, url: string | undefined];

const familyAddresses = (config: Config): Address[] =>
  served.flatMap((family: Family) => Object.entries(family.addresses?.(config) ?? {}));

const named = (url: string | undefined, isStandIn: boolean): string | undefined =>
  url !== undefined && isStandIn ? `${url} (a stand-in)` : url;
