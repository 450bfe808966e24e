import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerOf, registryPage } from './free-plan.ts';
import { serve } from './harness/host.ts';

/**
 * The five free services and their registry on loopback, in a process of their own. Every step of every contender calls
 * them.
 */
const server = createServer((request, response) => {
  request.resume();
  const path = (request.url ?? '/').slice(1).split('?')[0]!;
  const body = path === 'services' ? registryPage(url) : answerOf(path);
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? {}));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
serve({}, { url }, async () => {
  server.closeAllConnections();
  server.close();
});
