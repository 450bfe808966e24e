import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../embedded/postgres.ts';
import { clearStaleLock } from '../../embedded/postgres/stale-lock.ts';
import { createProcesses, type Processes } from '../../embedded/processes.ts';
import { withClient } from '../support/database-admin.ts';

let folder = '';
let lines: string[] = [];
let processes: Processes;
const log = (line: string) => void lines.push(line);

/** mkdtemp makes it for its owner alone, which under root PostgreSQL is not. */
function makeFolder(mode: number): string {
  const path = join(mkdtempSync(join(inject('workFolder'), 'pg-')), 'stack');
  rmSync(join(path, '..'), { recursive: true });
  mkdirSync(path, { recursive: true, mode });
  return path;
}

function start(dataDir = join(folder, 'data')): Promise<RunningPostgres> {
  return startPostgres({ dataDir, port: 0, processes, log });
}

async function addRow(url: string): Promise<number> {
  return withClient(url, async (client) => {
    await client.query('create table if not exists kept (id serial primary key)');
    await client.query('insert into kept default values');
    return (await client.query('select 1 from kept')).rowCount ?? 0;
  });
}

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

beforeEach(() => {
  lines = [];
  folder = makeFolder(0o755);
  processes = createProcesses({ log });
});

afterEach(() => processes.stopAll());

describe('a PostgreSQL of the stack', () => {
  test('keeps its data over a restart', async () => {
    const first = await start();
    expect(await addRow(first.ownerUrl)).toBe(1);
    await first.stop();
    const second = await start();
    expect(await addRow(second.ownerUrl)).toBe(2);
  });

  test('is durable and on loopback only', async () => {
    const { ownerUrl } = await start();
    const settings = await withClient(ownerUrl, async (client) => {
      const names = [
        'fsync',
        'full_page_writes',
        'synchronous_commit',
        'listen_addresses',
        'unix_socket_directories',
      ];
      const { rows } = await client.query<{ name: string; setting: string }>(
        'select name, setting from pg_settings where name = any($1)',
        [names],
      );
      return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
    });
    expect(settings).toEqual({
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
    });
  });

  test('recovers after it was killed, with clients connected', async () => {
    const first = await start();
    await addRow(first.ownerUrl);
    process.kill(postmasterPid(first.dataDir), 'SIGKILL');
    const second = await start();
    expect(await addRow(second.ownerUrl)).toBe(2);
  });

  test('starts over a lock file whose process id belongs to another program now', async () => {
    const first = await start();
    await addRow(first.ownerUrl);
    await first.stop();
    writeFileSync(
      join(first.dataDir, 'postmaster.pid'),
      `${process.pid}\n${first.dataDir}\n1\n1\n\n127.0.0.1\n`,
    );
    const second = await start();
    expect(await addRow(second.ownerUrl)).toBe(2);
    expect(lines.join('\n')).toContain('was killed; it recovers');
  });

  test('refuses a folder that another server is using, and one that holds something else', async () => {
    const { dataDir } = await start();
    await expect(clearStaleLock(dataDir, log, 100)).rejects.toThrow(
      `process ${postmasterPid(dataDir)} already serves`,
    );
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'letter.txt'), 'dear');
    await expect(start(other)).rejects.toThrow(/holds files but no database/);
  });

  test('works from a folder that only its owner can enter', async () => {
    folder = makeFolder(0o700);
    const wanted = join(folder, 'data');
    const first = await start(wanted);
    expect(await addRow(first.ownerUrl)).toBe(1);
    await first.stop();
    const second = await start(wanted);
    expect(await addRow(second.ownerUrl)).toBe(2);
    expect(second.dataDir).toBe(first.dataDir);
    const moved = process.getuid?.() === 0;
    expect(second.dataDir === wanted).toBe(!moved);
    expect(lines.some((line) => line.includes(`its data is in ${second.dataDir}`))).toBe(moved);
    await second.stop();
    rmSync(dirname(second.dataDir), { recursive: true });
  });

  test('ends with a killed parent, and a new parent takes the data over at once', async () => {
    const embedded = join(import.meta.dirname, '..', '..', 'embedded');
    const code = `
      import { createProcesses } from ${JSON.stringify(join(embedded, 'processes.ts'))};
      import { startPostgres } from ${JSON.stringify(join(embedded, 'postgres.ts'))};
      const log = () => {};
      const dataDir = ${JSON.stringify(join(folder, 'data'))};
      const { ownerUrl } = await startPostgres({ dataDir, port: 0, processes: createProcesses({ log }), log });
      console.log(ownerUrl);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: parent.stdout }), 'line');
    const url = String(line);
    await addRow(url);
    parent.kill('SIGKILL');
    const { ownerUrl: next } = await start();
    expect(await addRow(next)).toBe(2);
    await expect(withClient(url, () => Promise.resolve())).rejects.toThrow(/ECONNREFUSED/);
  });
});
