import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createReceiptSigner } from '../api/receipts/key.ts';
import { createSealer } from '../db/sealing.ts';
import { loadConfig } from '../families/config.ts';
import { families } from '../families/index.ts';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { requireOwnApi, requireStack, runningStack } from '../scripts/local-stack.ts';
import { refuseBusyPorts } from './ports.ts';
import { stackFileOf } from '../scripts/stack-file.ts';
import { closeStackFile, writeStackFile } from './write-stack-file.ts';
import { wantedPorts } from './wanted-ports.ts';

const folder = temporaryFolder('stack-file');
const [OWN, OTHER] = ['ab'.repeat(32), 'cd'.repeat(32)];
const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** What an API of the installation with this secret says of itself. */
async function apiOf(secret: string): Promise<string> {
  const { key } = createReceiptSigner(createSealer(secret));
  const server = createServer((_req, res) => res.end(JSON.stringify(key))).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A data folder with the file of a stack that this process runs. */
function stackIn(name: string, api: string): string {
  const dir = join(folder, name);
  mkdirSync(dir);
  const config = loadConfig({ DATA_DIR: dir, STEWARD_DATA_KEY: OWN, SOLANA_RPC_URL: 'http://127.0.0.1:1' });
  const facts = { api, port: 4711, standIns: new Set(['Kodosumi']), temporalCli: '/opt/temporal' };
  writeStackFile(config, facts, undefined);
  return dir;
}

test('the file names the addresses for people, and the folder for every command of a shell that reads it', () => {
  const dir = stackIn('names', 'http://127.0.0.1:4711');
  const lines = readFileSync(stackFileOf(dir), 'utf8').split('\n');
  for (const line of [
    `API='http://127.0.0.1:4711'`,
    `PORT='4711'`,
    `SOL='http://127.0.0.1:1'`,
    `TEMPORAL_CLI='/opt/temporal'`,
    `export DATA_DIR='${dir}'`,
  ])
    expect(lines).toContain(line);
  const stack = requireStack(dir);
  expect(stack).toMatchObject({ dir, api: 'http://127.0.0.1:4711', pid: process.pid });
  expect([...stack.standIns]).toEqual(['Kodosumi']);
  expect(stack.config).toMatchObject({ STEWARD_DATA_KEY: OWN, DATA_DIR: dir });
});

test('a stack that was stopped, was killed or never was is not asked for, and it is said what to do', () => {
  const stopped = stackIn('stopped', 'http://127.0.0.1:1');
  closeStackFile(stopped);
  const killed = stackIn('killed', 'http://127.0.0.1:1');
  const file = stackFileOf(killed);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/STACK_PROCESS='\d+/, "STACK_PROCESS='4194304"));
  for (const dir of [stopped, killed]) {
    expect(runningStack(dir)).toBeUndefined();
    expect(() => requireStack(dir)).toThrow(
      `The local stack of ${dir} is not running, so nothing at its addresses is asked. Start it with npm start -- --data ${dir}`,
    );
  }
  expect(() => requireStack(join(folder, 'none'))).toThrow(
    /^There is no local stack in .*--data \(DATA_DIR\)/,
  );
});

test('an API counts as the stack’s own by its key, and another one at the same address is refused', async () => {
  const own = await apiOf(OWN);
  expect(await requireOwnApi(requireStack(stackIn('own', own)))).toBe(own);
  const dir = stackIn('taken', await apiOf(OTHER));
  await expect(requireOwnApi(requireStack(dir))).rejects.toThrow(
    /is not the local stack of .*: nothing was sent to it/,
  );
  expect(await requireOwnApi(requireStack(dir), own)).toBe(own);
  const silent = requireStack(stackIn('silent', 'http://127.0.0.1:1'));
  await expect(requireOwnApi(silent)).rejects.toThrow(/No answer from http:\/\/127\.0\.0\.1:1/);
});

test('all busy ports are named at once, the WebSocket of the Solana chain among them, with the way out', async () => {
  const port = Number(new URL(await apiOf(OWN)).port);
  const free = {
    PORT: '0',
    TEMPORAL_PORT: '0',
    TEMPORAL_UI_PORT: '0',
    ANVIL_PORT: '0',
    FACILITATOR_PORT: '0',
  };
  const config = loadConfig({
    ...free,
    POSTGRES_PORT: String(port),
    SURFPOOL_PORT: String(port - 1),
    SERVICES_PORT: '0',
    KODOSUMI_PORT: String(port),
    MASUMI_PORT: '0',
  });
  const wanted = wantedPorts(config, { families, application: true, standIns: true });
  const refusal = await refuseBusyPorts(wanted.filter(({ name }) => name !== 'surfpool')).catch(String);
  for (const said of [
    `PostgreSQL cannot use port ${port}`,
    `surfpool WebSocket cannot use port ${port}`,
    'SURFPOOL_PORT (the WebSocket is on the next port)',
    `Kodosumi stand-in cannot use port ${port}`,
    `PostgreSQL and Kodosumi stand-in both want port ${port}`,
    'With --any-ports every part takes a free port.',
  ])
    expect(refusal).toContain(said);
});
