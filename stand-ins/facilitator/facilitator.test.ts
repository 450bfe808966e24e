import { withBazaar } from '@x402/extensions/bazaar';
import { HTTPFacilitatorClient } from '@x402/core/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from '../../embedded/chains/test-stack.ts';
import { createBuyer } from '../services/test-buyer.ts';
import { startFacilitator } from './server.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
}, 60_000);

afterAll(() => stack.stop());

interface Page {
  items: { resource: string; lastUpdated: string; accepts: unknown[]; extensions: Record<string, unknown> }[];
  pagination: { limit: number; offset: number; total: number };
}

interface Found {
  resources: { resource: string }[];
  partialResults: boolean;
  pagination: { limit: number; cursor: string } | null;
}

async function get<Body>(path: string): Promise<Body> {
  return (await (await fetch(`${stack.facilitatorUrl}${path}`)).json()) as Body;
}

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${stack.facilitatorUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

describe('the facilitator', () => {
  it('supports exact on both chains in v2, and on Solana in v1', async () => {
    const { kinds } = await get<{ kinds: { x402Version: number; network: string }[] }>('/supported');
    expect(kinds.map(({ x402Version, network }) => `${x402Version} ${network}`)).toEqual([
      '2 eip155:31337',
      `2 ${stack.assets.solanaNetwork}`,
      '1 solana-devnet',
    ]);
  });

  it('judges a payment without settling it, and says why a replayed one is bad', async () => {
    const buyer = await createBuyer(stack.assets, 'evm');
    const call = { url: `${stack.servicesUrl}/summarize`, body: { text: 'One. Two.' } };
    const payload = await buyer.sign(await buyer.quote(call));
    const body = JSON.stringify({
      x402Version: 2,
      paymentPayload: payload,
      paymentRequirements: payload.accepted,
    });
    expect(await (await post('/verify', body)).json()).toMatchObject({ isValid: true });
    expect((await buyer.submit(call, payload)).status).toBe(200);
    expect(await (await post('/verify', body)).json()).toMatchObject({ isValid: false });
    expect((await buyer.submit(call, payload)).status).toBe(402);
  });

  it.each([
    ['no body', ''],
    ['not JSON', '{'],
    ['nothing in it', '{}'],
    ['a payload without requirements', '{"paymentPayload":{"x402Version":2}}'],
    ['a list', '[]'],
  ])('answers 400 to %s', async (_name, body) => {
    for (const path of ['/verify', '/settle']) {
      const response = await post(path, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toHaveProperty('error');
    }
  });

  it('answers 400 when it does not serve the network, or the payload is nonsense', async () => {
    const requirements = {
      scheme: 'exact',
      network: 'eip155:1',
      amount: '1',
      asset: '0x0',
      payTo: '0x0',
      maxTimeoutSeconds: 1,
      extra: {},
    };
    const withNetwork = (network: string) => {
      const accepted = { ...requirements, network };
      return JSON.stringify({
        paymentPayload: { x402Version: 2, accepted, payload: {} },
        paymentRequirements: accepted,
      });
    };
    expect((await post('/verify', withNetwork('eip155:1'))).status).toBe(400);
    expect((await post('/verify', withNetwork('eip155:31337'))).status).toBe(400);
  });

  it('answers 503 when its chain does not answer', async () => {
    const buyer = await createBuyer(stack.assets, 'evm');
    const payload = await buyer.sign(
      await buyer.quote({ url: `${stack.servicesUrl}/summarize`, body: { text: 'One.' } }),
    );
    const cut = await startFacilitator({
      port: 0,
      chains: {
        evm: {
          rpcUrl: 'http://127.0.0.1:1',
          chainId: 31337,
          privateKey: stack.assets.evm.facilitator.privateKey,
        },
      },
    });
    const response = await fetch(`${cut.url}/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ paymentPayload: payload, paymentRequirements: payload.accepted }),
    });
    expect(response.status).toBe(503);
    await cut.stop();
  });
});

describe('the Bazaar', () => {
  it('lists the services before anybody paid, in pages', async () => {
    const first = await get<Page>('/discovery/resources?limit=4');
    const second = await get<Page>('/discovery/resources?limit=4&offset=4');
    const third = await get<Page>('/discovery/resources?limit=4&offset=8');
    expect(first.pagination).toEqual({ limit: 4, offset: 0, total: 10 });
    const all = [first, second, third].flatMap(({ items }) => items.map(({ resource }) => resource));
    expect(new Set(all).size).toBe(10);
  });

  it('filters by network, payee, scheme, type and extension', async () => {
    const { assets } = stack;
    const total = async (query: string) =>
      (await get<Page>(`/discovery/resources?${query}`)).pagination.total;
    expect(await total('type=http&scheme=exact&extensions=bazaar')).toBe(10);
    expect(await total(`network=${assets.evm.network}`)).toBe(8);
    expect(await total(`payTo=${assets.evm.sellers.travel.address.toLowerCase()}`)).toBe(1);
    expect(await total('type=mcp')).toBe(0);
    expect(await total('extensions=none')).toBe(0);
  });

  it('finds services by words, and pages through them by cursor', async () => {
    const found = await get<Found>('/discovery/search?query=historical%20price%20of%20a%20token');
    expect(found.resources[0]?.resource).toBe(`${stack.servicesUrl}/price-history`);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Found = await get(
        `/discovery/search?query=series&limit=1${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...page.resources.map(({ resource }) => resource));
      cursor = page.pagination?.cursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(1);
  });

  it('can be read by the stock client', async () => {
    const { bazaar } = withBazaar(new HTTPFacilitatorClient({ url: stack.facilitatorUrl })).extensions;
    expect((await bazaar.listResources({ type: 'http' })).items).toHaveLength(10);
    expect((await bazaar.search({ query: 'hotel' })).resources).toHaveLength(1);
  });

  it.each([
    'resources?limit=0',
    'resources?limit=x',
    'resources?offset=-1',
    'search',
    'search?query=a&cursor=x',
    'search?query=',
  ])('answers 400 to /discovery/%s', async (path) => {
    expect((await fetch(`${stack.facilitatorUrl}/discovery/${path}`)).status).toBe(400);
  });

  it('keeps one entry for each service when it is paid', async () => {
    const buyer = await createBuyer(stack.assets, 'solana');
    await buyer.buy({ url: `${stack.servicesUrl}/price-history?symbol=SOL&days=3`, method: 'GET' });
    const page = await get<Page>('/discovery/resources?limit=50');
    expect(page.pagination.total).toBe(10);
    const entry = page.items.find(({ resource }) => resource === `${stack.servicesUrl}/price-history`);
    expect(entry?.accepts).toHaveLength(2);
    expect(entry?.extensions).toHaveProperty('bazaar');
  });

  it('lets programs on this machine register, but no web page and no nonsense', async () => {
    const accepts = [{ scheme: 'exact', network: 'eip155:1', payTo: '0x1', asset: '0x2' }];
    const entry = JSON.stringify({ resource: 'http://127.0.0.1:9/x', type: 'http', x402Version: 2, accepts });
    expect((await post('/discovery/resources', entry, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await post('/discovery/resources', '{"resource":"x"}')).status).toBe(400);
    expect((await post('/discovery/resources', entry)).status).toBe(201);
    expect((await get<Page>('/discovery/resources?network=eip155:1')).items).toHaveLength(1);
  });
});
