import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../families/config.ts';
import { createProbes } from './probes.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

let asked = 0;

async function answering(status: number, body: unknown): Promise<string> {
  const server = createServer((_request, response) => {
    asked++;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const NOWHERE = 'http://127.0.0.1:1';
const probes = (env: Record<string, string>) => createProbes(loadConfig(env));

describe('the chain', () => {
  test('is off where none is named', async () => {
    expect(await probes({}).chain()).toEqual({ status: 'off', detail: 'SOLANA_RPC_URL is not set' });
  });

  test.each([
    [
      { jsonrpc: '2.0', id: 1, result: 42 },
      { status: 'ok', detail: 'slot 42' },
    ],
    [
      { jsonrpc: '2.0', id: 1, error: { code: -32005 } },
      { status: 'degraded', detail: 'no slot' },
    ],
  ])('that answers %j', async (body, expected) => {
    expect(await probes({ SOLANA_RPC_URL: await answering(200, body) }).chain()).toEqual(expected);
  });

  test('is down where nobody listens', async () => {
    expect(await probes({ SOLANA_RPC_URL: NOWHERE }).chain()).toEqual({
      status: 'down',
      detail: 'not reachable',
    });
  });

  test('that stays silent is down, and says why', async () => {
    const server = createServer(() => undefined);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await probes({ SOLANA_RPC_URL: url }).chain()).toEqual({
      status: 'down',
      detail: 'no answer in time',
    });
  });
});

describe('the facilitator', () => {
  test('is off where none is named', async () => {
    expect(await probes({}).facilitator()).toEqual({ status: 'off', detail: 'FACILITATOR_URL is not set' });
  });

  test.each([
    [200, { status: 'ok' }],
    [503, { status: 'degraded', detail: '/supported answers 503' }],
  ])('that answers %i', async (status, expected) => {
    expect(await probes({ FACILITATOR_URL: `${await answering(status, {})}/` }).facilitator()).toEqual(
      expected,
    );
  });

  test('is asked once, however often health is', async () => {
    const { facilitator } = probes({ FACILITATOR_URL: await answering(200, {}) });
    asked = 0;
    await Promise.all([facilitator(), facilitator()]);
    await facilitator();
    expect(asked).toBe(1);
  });
});

test('the planner is named, never called', async () => {
  expect(await probes({}).planner()).toEqual({ status: 'ok', detail: 'offline rules' });
  expect(await probes({ ANTHROPIC_API_KEY: 'k' }).planner()).toEqual({ status: 'ok', detail: 'anthropic' });
  const offline = probes({ ANTHROPIC_API_KEY: 'k', LLM_PROVIDER: 'offline' });
  expect(await offline.planner()).toEqual({ status: 'ok', detail: 'offline rules' });
});
