import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seller {
  url: string;
  host: string;
  /** Bodies of the calls that came in. */
  calls: unknown[];
  close(): Promise<void>;
}

/** A registry with one service that asks for no money, so that a run needs neither chain nor escrow. */
export async function startSeller(): Promise<Seller> {
  const calls: unknown[] = [];
  const server = createServer((req, res) => void answer(req, res, calls));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    calls,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function answer(req: IncomingMessage, res: ServerResponse, calls: unknown[]): Promise<void> {
  res.setHeader('content-type', 'application/json');
  if (req.url?.startsWith('/services'))
    return void res.end(JSON.stringify({ services: [service(`http://${req.headers.host}`)] }));
  let body = '';
  for await (const chunk of req) body += String(chunk);
  calls.push(JSON.parse(body));
  res.end(JSON.stringify({ summary: 'All is well.' }));
}

const service = (base: string) => ({
  id: 'summary',
  name: 'Text summary',
  description: 'Summarize a text: write a short summary of the text',
  url: `${base}/summary`,
  method: 'POST',
  category: 'text',
  pricePerCall: 0,
  currency: 'USDC',
  capabilities: ['summarize', 'text', 'summary'],
  reputationScore: 9900,
  uptimePercentage: 100,
  averageResponseTime: 20,
  totalCalls: 10,
  owner: 'test',
  verified: true,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  outputSchema: { type: 'object', properties: { summary: { type: 'string' } }, required: ['summary'] },
});
