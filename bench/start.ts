import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { settings as everySetting } from '../families/config.ts';
import type { Bench } from './bench.ts';
import { startHost, type Host } from './harness/host.ts';
import { createStewardClient } from './steward/client.ts';
import { withFeed } from './steward/feed.ts';
import type { JobsInfo } from './jobs-host.ts';
import type { StewardInfo } from './steward-host.ts';
import { standInAgentIdentifier } from '../stand-ins/payment-service/agents.ts';

export interface Started {
  bench: Bench;
  /** From starting the program to the API's answer, ms: with an empty folder, and with its own data. */
  firstStartMs: number;
  secondStartMs: number;
  servers: { temporal: string; postgres: string };
  stop(): Promise<void>;
  /** Removes the folder with data and logs, after a run that went well. */
  discard(): void;
}

/** Starts the stack twice, because the second start is what people see every day. Then starts everything beside it. */
export async function start(quick: boolean, say: (line: string) => void): Promise<Started> {
  const dir = mkdtempSync(join(tmpdir(), 'steward-bench-'));
  chmodSync(dir, 0o755); // PostgreSQL runs as another user when we are root
  const logFile = (name: string): string => join(dir, `${name}.log`);
  const running: { stop(): Promise<void> }[] = [];
  const keep: Keep = (host) => (running.push(host), host);
  const stop = async (): Promise<void> => {
    for (const host of running.toReversed()) await host.stop();
  };
  say(`Everything of this bench is in ${dir}`);
  try {
    const service = keep(
      await startHost<{ url: string }>('service-host.ts', { logFile: logFile('service') }),
    );
    const jobs = keep(await startHost<JobsInfo>('jobs-host.ts', { logFile: logFile('jobs') }));
    const steward = (): Promise<{ host: Host<StewardInfo>; ms: number }> =>
      startSteward(dir, service.info.url, jobs.info);
    const first = await steward();
    await first.host.stop();
    const second = await steward();
    keep(second.host);
    say(`The stack started in ${seconds(first.ms)} s, the second time in ${seconds(second.ms)} s`);
    const beside = { stewardHost: second.host, service: service.info.url, jobs, quick, say, logFile };
    const { bench, servers } = await startBeside(beside, keep);
    return {
      bench,
      firstStartMs: first.ms,
      secondStartMs: second.ms,
      servers,
      stop,
      discard: () => rmSync(dir, { recursive: true, force: true }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Beside {
  stewardHost: Host<StewardInfo>;
  /** The services' address. */
  service: string;
  jobs: Host<JobsInfo>;
  quick: boolean;
  say: (line: string) => void;
  logFile: (name: string) => string;
}

type Keep = <T extends { stop(): Promise<void> }>(host: T) => T;

/** The peer, and our own connections to everything. */
async function startBeside(beside: Beside, keep: Keep): Promise<Pick<Started, 'bench' | 'servers'>> {
  const { stewardHost, service, logFile } = beside;
  const { url, temporalAddress, databaseUrl } = stewardHost.info;
  const settings = { address: temporalAddress, serviceUrl: service };
  const peer = keep(await startHost<object>('peer-host.ts', { settings, logFile: logFile('peer') }));
  const connection = await Connection.connect({ address: temporalAddress });
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const client = createStewardClient(url);
  keep({ stop: () => connection.close() });
  keep({ stop: () => database.end() });
  keep({ stop: () => client.close() });
  let sockets: Promise<Host<object>> | undefined;
  const bench: Bench = {
    quick: beside.quick,
    steward: stewardHost,
    peer,
    jobs: beside.jobs,
    client,
    withFeed: (work) => withFeed(url, work),
    database,
    temporal: new Client({ connection }),
    sockets: () =>
      (sockets ??= startHost<object>('sockets-host.ts', { logFile: logFile('sockets') }).then(keep)),
    say: beside.say,
  };
  const servers = {
    temporal: await temporalVersion(connection),
    postgres: await postgresVersion(database),
  };
  return { bench, servers };
}

/** The person who runs the bench may have settings for other servers. None of them applies here. */
const nothingConfigured = Object.fromEntries(
  Object.keys(everySetting.shape).map((name) => [name, undefined]),
);

/** The whole embedded stack in `dir`/data, in a folder without a `.env`, with the bench's services in its catalogue. */
async function startSteward(
  dir: string,
  serviceUrl: string,
  jobs: JobsInfo,
): Promise<{ host: Host<StewardInfo>; ms: number }> {
  const dataDir = join(dir, 'data');
  mkdirSync(dataDir, { recursive: true });
  const began = performance.now();
  const host = await startHost<StewardInfo>('steward-host.ts', {
    settings: { dataDir },
    cwd: dir,
    env: {
      ...nothingConfigured,
      REGISTRY_URL: serviceUrl,
      SERVICE_HOSTS: new URL(serviceUrl).host,
      RATE_LIMIT_PER_MINUTE: '0',
      MAX_STREAMS_PER_KEY: '12000', // the bench opens all its sockets from one address, without keys
      LOG_LEVEL: 'warn',
      LLM_PROVIDER: 'offline',
      KODOSUMI_BASE_URL: jobs.kodosumiUrl,
      KODOSUMI_PASSWORD: jobs.kodosumiPassword,
      PAYMENT_SERVICE_URL: jobs.paymentServiceUrl,
      PAYMENT_API_KEY: jobs.paymentApiKey,
      AGENT_IDENTIFIER___localhost_8001_hymn___: standInAgentIdentifier('fixed'),
    },
    logFile: join(dir, 'steward.log'),
  });
  const health = await fetch(`${host.info.url}/readyz`);
  if (!health.ok) throw new Error(`The API says ${health.status} to /readyz.`);
  return { host, ms: performance.now() - began };
}

async function temporalVersion(connection: Connection): Promise<string> {
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  return serverVersion ?? 'unknown';
}

async function postgresVersion(database: pg.Client): Promise<string> {
  const { rows } = await database.query<{ server_version: string }>('show server_version');
  return rows[0]!.server_version;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
