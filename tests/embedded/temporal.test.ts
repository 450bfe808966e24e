import { Client, Connection } from '@temporalio/client';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { defaultCacheDir } from '../../embedded/downloads/cache-dir.ts';
import { createProcesses, type Processes } from '../../embedded/processes.ts';
import { resolveTemporal, startTemporal, type RunningTemporal } from '../../embedded/temporal.ts';
import { uniqueTaskQueue } from '../support/temporal.ts';

let processes: Processes;
const log = () => undefined;

beforeEach(() => {
  processes = createProcesses({ log });
});

afterEach(() => processes.stopAll());

async function start(options: { uiPort?: number; dbFile?: string }): Promise<RunningTemporal> {
  const server = await resolveTemporal({ cacheDir: defaultCacheDir(), log });
  if (server.kind === 'address') throw new Error('a program was expected');
  const searchAttributes = { StewardFamily: 'Keyword', StewardSubject: 'Keyword' } as const;
  return startTemporal({ binary: server.path, port: 0, processes, log, searchAttributes, ...options });
}

async function withWorkflows<Result>(
  address: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

test('runs and search attributes survive a restart on the same file', async () => {
  const dbFile = join(inject('workFolder'), 'temporal-restart', 'temporal.db');
  const first = await start({ dbFile });
  await withWorkflows(first.address, async ({ workflow }) => {
    const taskQueue = uniqueTaskQueue('restart');
    await workflow.start('any', {
      workflowId: 'kept',
      taskQueue,
      searchAttributes: { StewardFamily: ['spine'] },
    });
  });
  await first.stop();
  const second = await start({ dbFile });
  await withWorkflows(second.address, async ({ workflow }) => {
    const { status, searchAttributes } = await workflow.getHandle('kept').describe();
    expect(status.name).toBe('RUNNING');
    expect(searchAttributes['StewardFamily']).toEqual(['spine']);
  });
});

test('the Web UI answers on the port that was asked for, and is not there when none was', async () => {
  const { uiUrl } = await start({ uiPort: 0 });
  expect((await fetch(uiUrl ?? '')).status).toBe(200);
  expect((await start({})).uiUrl).toBeUndefined();
});

test('a busy port is an error, not a server that never comes', async () => {
  const { address } = await start({});
  const server = await resolveTemporal({ cacheDir: defaultCacheDir(), log });
  const binary = server.kind === 'binary' ? server.path : '';
  const port = Number(address.split(':')[1]);
  const second = startTemporal({ binary, port, processes, log, searchAttributes: {} });
  await expect(second).rejects.toThrow(/Temporal ended before it was ready[^]*address already in use/);
});
