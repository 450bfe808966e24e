import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request to the provider of a test carried. */
export interface Asked {
  path: string;
  values: Record<string, unknown>;
}

/** A provider that answers everything, remembers what it was asked, and can be told to fail. */
export interface TestProvider {
  url: string;
  asked: Asked[];
  /** How the next requests are answered instead: a status, or a connection that is cut. */
  trouble: (number | 'cut')[];
  /** While set, requests wait for it. */
  gate: Promise<void> | undefined;
  close(): Promise<void>;
}

export async function startTestProvider(): Promise<TestProvider> {
  const provider: TestProvider = {
    url: '',
    asked: [],
    trouble: [],
    gate: undefined,
    close: () => new Promise((done) => server.close(() => done())),
  };
  const server: Server = createServer((req, res) => {
    void (async () => {
      const url = new URL(req.url ?? '/', 'http://provider');
      if (url.pathname === '/health') return res.writeHead(200).end('{"status":"healthy"}');
      const body = await textOf(req);
      const values = body === '' ? Object.fromEntries(url.searchParams) : (JSON.parse(body) as object);
      provider.asked.push({ path: url.pathname, values: values as Record<string, unknown> });
      await provider.gate;
      const trouble = provider.trouble.shift();
      if (trouble === 'cut') return req.socket.destroy();
      if (trouble !== undefined) return res.writeHead(trouble).end('{}');
      res.writeHead(200, { 'content-type': 'application/json' });
      return res.end(JSON.stringify({ done: url.pathname, ...values }));
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}

async function textOf(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
