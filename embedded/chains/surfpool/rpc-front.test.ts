import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callRpc } from '../json-rpc.ts';
import { frontRpc } from './rpc-front.ts';

interface Call {
  id: number;
  method: string;
}

const reply = ({ id, method }: Call): object =>
  method === 'fails'
    ? { jsonrpc: '2.0', id, error: { code: -1, message: 'no' } }
    : { jsonrpc: '2.0', id, result: method === 'getFirstAvailableBlock' ? 4711 : method };

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const calls = (await json(request)) as Call | Call[];
  response.setHeader('content-type', 'application/json');
  response.statusCode = Array.isArray(calls) || calls.method !== 'teapot' ? 200 : 418;
  response.end(JSON.stringify(Array.isArray(calls) ? calls.map(reply) : reply(calls)));
}

let server: Server;
let front: Awaited<ReturnType<typeof frontRpc>>;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  front = await frontRpc(0, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  url = `http://127.0.0.1:${front.port}`;
});
afterAll(() => {
  front.close();
  server.close();
  server.closeAllConnections();
});

const batch = async (...methods: string[]): Promise<unknown[]> => {
  const body = JSON.stringify(methods.map((method, id) => ({ jsonrpc: '2.0', id, method })));
  const answers = (await (await fetch(url, { method: 'POST', body })).json()) as {
    result?: unknown;
    error?: unknown;
  }[];
  return answers.map(({ result, error }) => error ?? result);
};

describe('the RPC of the local Solana chain', () => {
  it('is passed on unchanged, errors and statuses too', async () => {
    expect(await callRpc(url, 'getSlot')).toBe('getSlot');
    await expect(callRpc(url, 'fails')).rejects.toThrow('fails: no (-1)');
    const seen = await fetch(url, { method: 'POST', body: '{"id":1,"method":"teapot"}' });
    expect([seen.status, seen.headers.get('content-type')]).toEqual([418, 'application/json']);
  });

  it('says that the chain has everything since the beginning, in a single call and among others', async () => {
    expect(await callRpc(url, 'getFirstAvailableBlock')).toBe(0);
    expect(await batch('getSlot', 'getFirstAvailableBlock', 'fails', 'getFirstAvailableBlock')).toEqual([
      'getSlot',
      0,
      { code: -1, message: 'no' },
      0,
    ]);
    expect(await callRpc(url, 'getSlot', ['getFirstAvailableBlock'])).toBe('getSlot');
  });

  it('breaks the connection when the chain is gone', async () => {
    const gone = await frontRpc(0, 'http://127.0.0.1:1');
    await expect(fetch(`http://127.0.0.1:${gone.port}`, { method: 'POST', body: '{}' })).rejects.toThrow(
      'fetch failed',
    );
    gone.close();
  });
});
