import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { claimPort, freePort } from './ports.ts';
import { portHolder } from './ports/holder.ts';

const servers: Server[] = [];

async function occupy(port: number, host = '127.0.0.1'): Promise<void> {
  const server = createServer().listen(port, host);
  servers.push(server);
  await once(server, 'listening');
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

test('a free port is given as wanted, and 0 takes any free one', async () => {
  const port = await freePort();
  expect(await claimPort('API', port, 'PORT')).toBe(port);
  expect(await claimPort('API', 0, 'PORT')).toBeGreaterThan(1023);
});

test('free ports never repeat', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(new Set(ports).size).toBe(50);
});

test.each(['127.0.0.1', '0.0.0.0'])(
  'a port busy on %s is an error that names the part, the port and the flag',
  async (host) => {
    const port = await freePort();
    await occupy(port, host);
    const claim = claimPort('PostgreSQL', port, '--postgres-port or POSTGRES_PORT');
    await expect(claim).rejects.toThrow(`PostgreSQL cannot use port ${port}: `);
    await expect(claimPort('PostgreSQL', port, '--pg')).rejects.toThrow(/choose another port with --pg\.$/);
    const who = process.platform === 'linux' ? `it is held by process ${process.pid} (` : `lsof -i :${port}`;
    await expect(claimPort('PostgreSQL', port, '--pg')).rejects.toThrow(who);
  },
);

test('nobody listens on a free port', async () => {
  expect(portHolder(await freePort())).toBeUndefined();
});
