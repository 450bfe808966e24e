import { Agent, createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream';

/**
 * Passes on the chain's RPC and corrects one answer, `getFirstAvailableBlock`. surfpool answers the first block with a
 * transaction since its own start, although it serves everything since the chain began. With that answer nobody could
 * be certain that an older payment did not happen.
 */
export async function frontRpc(port: number, target: string): Promise<{ port: number; close(): void }> {
  const { hostname, port: targetPort } = new URL(target);
  const to = { host: hostname, port: Number(targetPort), agent: new Agent({ keepAlive: true }) };
  const server = createServer((request, response) => {
    serve(request, response, to).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0; // closing an idle connection here could cut off the client's next request
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  server.on('error', () => undefined); // a connection could not be accepted; its client tries again
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
      to.agent.destroy();
    },
  };
}

interface Target {
  host: string;
  port: number;
  agent: Agent;
}

async function serve(request: IncomingMessage, response: ServerResponse, to: Target): Promise<void> {
  const body = await buffer(request);
  const answer = await forward(request, body, to);
  const ids = idsOf(body);
  if (ids.size === 0) {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => undefined);
    return;
  }
  const text = correct((await buffer(answer)).toString('utf8'), ids);
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, headers).end(text);
}

function forward(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  to: Target,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _encoding, ...kept } = headers;
    const asked = ask(
      { ...to, method, path: url, headers: { ...kept, 'content-length': body.length } },
      resolve,
    );
    asked.on('error', reject); // not once: a second error without a listener would end the process
    asked.end(body);
  });
}

const METHOD = 'getFirstAvailableBlock';
const BEGINNING = 0;

interface Call {
  id?: unknown;
  method?: unknown;
}

/** The ids of the calls whose answer is corrected. */
function idsOf(body: Buffer): ReadonlySet<unknown> {
  if (!body.includes(METHOD)) return new Set();
  const calls = [JSON.parse(body.toString('utf8')) as Call | Call[]].flat();
  return new Set(calls.filter(({ method }) => method === METHOD).map(({ id }) => id));
}

function correct(text: string, ids: ReadonlySet<unknown>): string {
  const one = (answer: Call): object =>
    ids.has(answer.id) && 'result' in answer ? { ...answer, result: BEGINNING } : answer;
  const answers = JSON.parse(text) as Call | Call[];
  return JSON.stringify(Array.isArray(answers) ? answers.map(one) : one(answers));
}
