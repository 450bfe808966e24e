import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { defaultCacheDir } from '../../embedded/downloads/cache-dir.ts';
import { startPostgres } from '../../embedded/postgres.ts';
import { createProcesses, type Log, type Processes } from '../../embedded/processes.ts';
import { resolveTemporal, startTemporal } from '../../embedded/temporal.ts';
import { dropTemplate } from './database-admin.ts';
import { makeWorkFolder } from './work-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server on which databases may be created. */
    databaseServerUrl: string;
    /** The name of this test run's template database; made by whoever needs it first. */
    databaseTemplate: string;
    temporalAddress: string;
    temporalNamespace: string;
    /** A folder that lives as long as the test run. */
    workFolder: string;
  }
}

/** Starts what the tests share, or takes what DATABASE_URL and TEMPORAL_ADDRESS name. Returns what ends it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const workFolder = makeWorkFolder();
  const lines: string[] = [];
  const log: Log = (message) => lines.push(message);
  const processes = createProcesses({ log });
  try {
    const [databaseServerUrl, temporalAddress] = await Promise.all([
      databaseServer(processes, workFolder, log),
      temporalServer(processes, workFolder, log),
    ]);
    const databaseTemplate = `steward_template_${process.pid}`;
    project.provide('databaseServerUrl', databaseServerUrl);
    project.provide('databaseTemplate', databaseTemplate);
    project.provide('temporalAddress', temporalAddress);
    project.provide('temporalNamespace', process.env['TEMPORAL_NAMESPACE'] ?? 'default');
    project.provide('workFolder', workFolder);
    return async () => {
      if (process.env['DATABASE_URL']) await dropTemplate(databaseServerUrl, databaseTemplate);
      await processes.stopAll();
      rmSync(workFolder, { recursive: true, force: true });
    };
  } catch (error) {
    await processes.stopAll();
    throw new Error(`the servers of the tests did not start. What was done:\n${lines.join('\n')}`, {
      cause: error,
    });
  }
}

async function databaseServer(processes: Processes, workFolder: string, log: Log): Promise<string> {
  const given = process.env['DATABASE_URL'];
  if (given) return given;
  const dataDir = join(workFolder, 'postgres', 'data');
  const logFile = join(workFolder, 'postgres.log');
  const { ownerUrl } = await startPostgres({
    dataDir,
    port: 0,
    processes,
    log,
    logFile,
    synchronousCommit: false,
  });
  return ownerUrl;
}

async function temporalServer(processes: Processes, workFolder: string, log: Log): Promise<string> {
  const server = await resolveTemporal({
    address: process.env['TEMPORAL_ADDRESS'],
    cacheDir: defaultCacheDir(),
    log,
  });
  if (server.kind === 'address') return server.address;
  const logFile = join(workFolder, 'temporal.log');
  mkdirSync(workFolder, { recursive: true });
  const options = {
    binary: server.path,
    port: 0,
    processes,
    log,
    logFile,
    searchAttributes: SEARCH_ATTRIBUTES,
  };
  return (await startTemporal(options)).address;
}
