import { once } from 'node:events';
import { createServer, Server } from 'node:http';
import { connect as openSocket, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createUrlGuard } from '../../activities/http/guard.ts';
import { createGuardedFetch } from '../../activities/http/guarded-fetch.ts';
import { createWire } from '../../activities/kodosumi/client/http.ts';
import { connectEvm } from '../../activities/payments/evm/node.ts';
import { createSolanaNode } from '../../activities/payments/solana/node.ts';
import { ask, openStack, type ApiStack } from '../api/support/api.ts';
import { watchForFatal } from './support/fatal.ts';

let expectNothingFatal: () => void;
let stack: ApiStack;

beforeAll(async () => {
  expectNothingFatal = watchForFatal();
  stack = await openStack();
});
afterAll(async () => {
  await stack.close();
  expectNothingFatal();
});

/** A server on one port that answers JSON, breaks connections, goes away and comes back. */
async function flaky(answer: (body: string) => unknown) {
  let server: Server;
  let mode: 'answers' | 'breaks' = 'answers';
  const start = async (port: number): Promise<number> => {
    server = createServer((request, response) => {
      if (mode === 'breaks') return void request.socket.resetAndDestroy();
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer(body)));
      });
    });
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await start(0);
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.closeAllConnections();
    server.close();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    breaks: (on: boolean) => void (mode = on ? 'breaks' : 'answers'),
    stop,
    start: async () => void (await start(port)),
  };
}

const rpc = (result: unknown) => (body: string) => ({
  jsonrpc: '2.0',
  id: (JSON.parse(body) as { id: unknown }).id,
  result,
});

/** Each client as the product makes it, and one question to ask. */
const LINES: [
  name: string,
  answer: (body: string) => unknown,
  open: (url: string) => { ask(): Promise<unknown>; close(): unknown },
][] = [
  [
    'an EVM node',
    rpc('0x7a69'),
    (url) => {
      const { provider } = connectEvm({ rpcUrl: url, chainId: 31_337, requestTimeoutMs: 1000 });
      return { ask: () => provider.send('eth_chainId', []), close: () => provider.destroy() };
    },
  ],
  [
    'a Solana node',
    rpc('EtWTRABZaYq6iMfeYKouRu166VU2xqa1'),
    (url) => {
      const node = createSolanaNode({
        rpcUrl: url,
        network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
        requestTimeoutMs: 1000,
      });
      return { ask: () => node.assertCluster(), close: () => undefined };
    },
  ],
  [
    'a service',
    () => ({ fine: true }),
    (url) => {
      const guard = createUrlGuard({ allowHosts: [new URL(url).host] });
      const fetch = createGuardedFetch({ guard, timeoutMs: 1000, maxBytes: 1000 });
      return {
        ask: () => fetch(url, { method: 'GET', headers: {}, timeoutMs: 1000 }),
        close: () => fetch.close(),
      };
    },
  ],
  [
    'a Kodosumi',
    () => ({ fine: true }),
    (url) => {
      const wire = createWire(url, 1000);
      return { ask: () => wire.ask({ method: 'GET', path: '/health' }, {}), close: () => undefined };
    },
  ],
];

describe('the line to', () => {
  test.each(LINES)(
    '%s breaks, is away and comes back: only what was asked meanwhile fails',
    async (_name, answer, open) => {
      const server = await flaky(answer);
      const line = open(server.url);
      onTestFinished(async () => {
        await line.close();
        await server.stop();
      });
      await line.ask();
      server.breaks(true);
      await expect(line.ask()).rejects.toThrow();
      server.breaks(false);
      await server.stop();
      await expect(line.ask()).rejects.toThrow();
      await server.start();
      await expect
        .poll(() =>
          line.ask().then(
            () => 'back',
            () => 'away',
          ),
        )
        .toBe('back');
    },
  );
});

test('a server that cannot accept a connection goes on accepting others', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen');
  const api = await stack.start();
  const server = listen.mock.instances.at(-1) as Server;
  listen.mockRestore();
  server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
  expect((await ask(api, '/livez')).status).toBe(200);
});

test('a WebSocket that breaks inside a frame, or during its upgrade, does not harm the API', async () => {
  const api = await stack.start();
  const { port } = new URL(api.url);
  const upgrade = [
    'GET /events HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
  ];
  const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''];
  const open = async (): Promise<Socket> => {
    const socket = openSocket(Number(port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const early = await open();
  early.write(upgrade.join('\r\n'));
  early.resetAndDestroy();
  const upgrading = await open();
  upgrading.write([...upgrade, ...key].join('\r\n'));
  upgrading.resetAndDestroy();
  const late = await open();
  late.write([...upgrade, ...key].join('\r\n'));
  await once(late, 'data');
  late.write(Buffer.from([0x81, 0xfe, 0xff]));
  late.resetAndDestroy();
  const wrong = await open();
  wrong.write([...upgrade, ...key].join('\r\n'));
  await once(wrong, 'data');
  const closed = once(wrong, 'close');
  wrong.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  await closed;
  expect((await ask(api, '/livez')).status).toBe(200);
});
