import { Connection } from '@temporalio/client';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../ports.ts';
import type { Child, Log, Processes } from '../processes.ts';

export type SearchAttributeKind = 'Text' | 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

export interface StartTemporalOptions {
  binary: string;
  /** 0 takes any free port. */
  port: number;
  /** Port of the Web UI. 0 takes any free one; undefined means no Web UI. */
  uiPort?: number | undefined;
  /** The SQLite file that keeps state over a restart. Without it everything is in memory. */
  dbFile?: string | undefined;
  processes: Processes;
  log: Log;
  logFile?: string | undefined;
  searchAttributes: Readonly<Record<string, SearchAttributeKind>>;
}

export interface RunningTemporal {
  pid: number;
  address: string;
  uiUrl: string | undefined;
  stop: () => Promise<void>;
}

const HOST = '127.0.0.1';
/** Only our own server prints this. On a busy port, another server would answer at the address. */
const LISTENING = /Server:\s/;
const READY_TIMEOUT_MS = 60_000;

/**
 * The poll rates default to 20 a second, which shows as latency in steps of 50 ms. One partition suits one machine.
 * Update limits are raised because a person at a dashboard may click through one run all day.
 */
const DYNAMIC_CONFIG: Readonly<Record<string, number | boolean>> = {
  'history.transferProcessorMaxPollRPS': 5000,
  'history.timerProcessorMaxPollRPS': 1000,
  'history.visibilityProcessorMaxPollRPS': 1000,
  'history.outboundProcessorMaxPollRPS': 1000,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'matching.useNewMatcher': true,
  'matching.enableFairness': true,
  'history.maxInFlightUpdates': 100,
  'history.maxTotalUpdates': 10_000,
};

/** WAL with synchronous=1 is as quick as memory; a kill loses nothing, a power cut perhaps the last moments. */
const DURABLE_PRAGMAS = { journal_mode: 'WAL', synchronous: 1 };

/** Runs `temporal server start-dev` on loopback and waits until its namespace and search attributes answer. */
export async function startTemporal(options: StartTemporalOptions): Promise<RunningTemporal> {
  const { binary, processes, log, logFile, searchAttributes } = options;
  const dbFile = options.dbFile && resolve(options.dbFile);
  const port = options.port || (await freePort());
  const uiPort = options.uiPort === 0 ? await freePort() : options.uiPort;
  if (dbFile) mkdirSync(dirname(dbFile), { recursive: true });
  const args = serverArguments({ ...options, port, uiPort, dbFile });
  const spawn = (): Promise<Child> =>
    processes.spawn('Temporal', binary, args, { logFile, cwd: '/', readyWhen: LISTENING });
  // It picks the ports between its own parts before it takes them. When another process takes one first, it ends at
  // once.
  const server = await spawn().catch((error: unknown) => {
    log(`Temporal did not start and is tried once more: ${firstLine(error)}`);
    return spawn();
  });
  const address = `${HOST}:${port}`;
  try {
    await whenReady(address, Object.keys(searchAttributes));
  } catch (error) {
    await server.stop();
    throw error;
  }
  const uiUrl = uiPort === undefined ? undefined : `http://${HOST}:${uiPort}`;
  log(`Temporal at ${address}${uiUrl ? `, Web UI ${uiUrl}` : ''}`);
  return { pid: server.pid, address, uiUrl, stop: () => server.stop() };
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

function serverArguments(options: StartTemporalOptions): string[] {
  const { port, uiPort, dbFile, searchAttributes } = options;
  const args = ['server', 'start-dev', '--ip', HOST, '--port', String(port), '--log-level', 'error'];
  if (uiPort === undefined) args.push('--headless');
  else args.push('--ui-port', String(uiPort), '--ui-disable-news-fetch');
  if (dbFile) args.push('--db-filename', dbFile, ...flags('--sqlite-pragma', DURABLE_PRAGMAS));
  args.push(...flags('--dynamic-config-value', DYNAMIC_CONFIG));
  return [...args, ...flags('--search-attribute', searchAttributes)];
}

function flags(flag: string, values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
}

async function whenReady(address: string, attributes: readonly string[]): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      return await check(address, attributes);
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`Temporal at ${address} is not ready`, { cause: error });
      await delay(50);
    }
  }
}

async function check(address: string, attributes: readonly string[]): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 1000 });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    const missing = attributes.filter((name) => !(name in customAttributes));
    if (missing.length > 0) throw new Error(`search attributes not there yet: ${missing.join(', ')}`);
  } finally {
    await connection.close();
  }
}
