import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpFetch } from '../../domain/payments/http.ts';
import { EVM, sampleBook, SOLANA } from '../../tests/support/sample-catalogue.ts';
import { createCatalogue, type CatalogueOptions } from './catalogue.ts';

const REGISTRY = 'http://registry.test/api/';
const FACILITATOR = 'http://facilitator.test';
const usdc = sampleBook.assets.find((asset) => asset.code === 'USDC' && asset.network === SOLANA)!.address!;

const registered = (over: object = {}) => ({
  id: 'history',
  name: 'History',
  description: 'Price history',
  url: 'https://a.test/history',
  category: 'market',
  pricePerCall: 0.05,
  currency: 'USDC',
  capabilities: ['price'],
  reputationScore: 9000,
  uptimePercentage: 99.5,
  averageResponseTime: 50,
  totalCalls: 3,
  owner: 'x',
  verified: true,
  ...over,
});
const item = (over: object = {}) => ({
  resource: 'https://a.test/history',
  type: 'http',
  x402Version: 2,
  lastUpdated: '2025-11-21T00:00:00Z',
  description: 'Prices',
  tags: ['series'],
  accepts: [
    {
      scheme: 'exact',
      network: SOLANA,
      asset: usdc,
      amount: '70000',
      payTo: 'seller',
      maxTimeoutSeconds: 60,
      extra: {},
    },
  ],
  extensions: {
    bazaar: {
      info: {
        input: { type: 'http', method: 'POST', bodyType: 'json', body: { city: 'Rome' } },
        output: { example: { ok: true } },
      },
      schema: {
        properties: {
          input: {
            properties: {
              body: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
            },
          },
        },
      },
    },
  },
  ...over,
});

/** A network with a registry and a facilitator whose answers a test sets; anything else is unreachable. */
function network(answers: { registry?: unknown; items?: unknown[]; status?: number }) {
  const calls: string[] = [];
  const fetch: HttpFetch = (address) => {
    calls.push(address);
    const url = new URL(address);
    const body = url.host === 'registry.test' ? answers.registry : answers.items && page(answers.items, url);
    if (body === undefined) return Promise.reject(new Error('connect ECONNREFUSED'));
    return Promise.resolve({
      status: answers.status ?? 200,
      headers: {},
      text: typeof body === 'string' ? body : JSON.stringify(body),
    } satisfies HttpAnswer);
  };
  return { calls, fetch, answers };
}

function page(items: unknown[], url: URL) {
  const offset = Number(url.searchParams.get('offset'));
  const limit = Math.min(2, Number(url.searchParams.get('limit')));
  return {
    x402Version: 2,
    items: items.slice(offset, offset + limit),
    pagination: { limit, offset, total: items.length },
  };
}

const catalogueOf = (fetch: HttpFetch, over: Partial<CatalogueOptions> = {}) =>
  createCatalogue({ registryUrl: REGISTRY, facilitatorUrl: FACILITATOR, fetch, assets: sampleBook, ...over });

describe('reading the catalogue', () => {
  it('merges both sources by address: reputation from one, price and schema from the other', async () => {
    const { fetch, calls } = network({ registry: { services: [registered()] }, items: [item()] });
    const { services, dropped } = await catalogueOf(fetch).services();
    expect(dropped).toBe(0);
    expect(services).toHaveLength(1);
    expect(services[0]).toMatchObject({
      id: 'history',
      reputationScore: 9000,
      pricePerCall: '0.07',
      currency: 'USDC',
      capabilities: ['price', 'series'],
    });
    expect(services[0]?.accepts).toEqual([
      { scheme: 'exact', network: SOLANA, asset: usdc, amount: '70000', payTo: 'seller' },
    ]);
    expect(services[0]?.inputSchema).toMatchObject({
      properties: { city: { examples: ['Rome'] } },
      required: ['city'],
    });
    expect(services[0]?.outputSchema).toEqual({ type: 'object', properties: { ok: { type: 'boolean' } } });
    expect(calls).toContain('http://registry.test/api/services');
  });

  it('keeps services apart that share a path but not their method or query', async () => {
    const at = (id: string, url: string, more: object = {}) => registered({ id, url, ...more });
    const registry = [
      at('list', 'https://a.test/orders', { method: 'GET' }),
      at('create', 'https://a.test/orders/', { method: 'POST', pricePerCall: 2 }),
      at('small', 'https://a.test/model?size=small', { pricePerCall: 1 }),
      at('large', 'https://a.test/model?size=large#top', { pricePerCall: 9 }),
    ];
    const items = [item({ resource: 'https://a.test/orders' }), item({ resource: 'https://a.test/model' })];
    const { services, dropped } = await catalogueOf(network({ registry, items }).fetch).services();
    expect(dropped).toBe(0);
    expect(services.map(({ id, method, url, pricePerCall }) => [id, method, url, pricePerCall])).toEqual([
      [expect.stringMatching(/^svc_/), 'POST', 'https://a.test/model', '0.07'],
      ['large', 'POST', 'https://a.test/model?size=large', '9'],
      ['small', 'POST', 'https://a.test/model?size=small', '1'],
      ['list', 'GET', 'https://a.test/orders', '0.05'],
      ['create', 'POST', 'https://a.test/orders/', '0.07'],
    ]);
  });

  it('takes the method from whichever source names it, and a default only where none does', async () => {
    const silent = { extensions: {} };
    const methodsOf = async (registry: unknown[], items: unknown[]) =>
      (await catalogueOf(network({ registry, items }).fetch).services()).services.map(({ method }) => method);
    const get = item({ extensions: { bazaar: { info: { input: { method: 'GET' } } } } });
    expect(await methodsOf([registered()], [get])).toEqual(['GET']);
    expect(await methodsOf([registered({ method: 'PUT' })], [item(silent)])).toEqual(['PUT']);
    expect(await methodsOf([registered()], [item(silent)])).toEqual(['POST']);
    expect(await methodsOf([registered({ method: 'PUT' })], [get, item()])).toEqual(['GET', 'POST', 'PUT']);
  });

  it('says once when a source has more than is read', async () => {
    let now = 0;
    const told: string[] = [];
    const items = Array.from({ length: 10 }, (_, index) => item({ resource: `https://b.test/${index}` }));
    const fetch: HttpFetch = async (address) => {
      if (!address.includes('discovery')) return { status: 200, headers: {}, text: '[]' };
      const offset = Number(new URL(address).searchParams.get('offset'));
      now += 61_000; // reading pages takes its time
      const more = items.map((one) => ({ ...one, resource: `${one.resource}/${offset}` }));
      return {
        status: 200,
        headers: {},
        text: JSON.stringify({ items: more, pagination: { total: 30_000 } }),
      };
    };
    const options = { clock: () => now, warn: (text: string) => void told.push(text) };
    const catalogue = catalogueOf(fetch, options);
    const { cut, services } = await catalogue.services();
    expect(cut).toBe('The catalogue is cut: 10 of 30000 resources of facilitator.test were read.');
    expect(services).toHaveLength(10);
    now += 300_000;
    await catalogue.services();
    expect(told).toEqual([cut]);
  });

  it('reads every page, and a registry that answers with a bare array', async () => {
    const items = [1, 2, 3, 4, 5].map((number) => item({ resource: `https://b.test/${number}` }));
    const { services } = await catalogueOf(network({ registry: [registered()], items }).fetch).services();
    expect(services).toHaveLength(6);
  });

  it('keeps the text of prices, and reads version 1 offers', async () => {
    const registry = `{"services":[{"url":"https://a.test/x","pricePerCall":0.10000000000000000001,"currency":"sol"}]}`;
    const v1 = item({
      x402Version: 1,
      accepts: [
        {
          scheme: 'exact',
          network: 'solana-devnet',
          asset: usdc,
          maxAmountRequired: '5',
          payTo: 'p',
          resource: '',
        },
      ],
    });
    const { services } = await catalogueOf(network({ registry, items: [v1] }).fetch).services();
    expect(services.map((service) => service.pricePerCall)).toEqual(['0.000005', '0.10000000000000000001']);
    expect(services[0]?.accepts[0]?.network).toBe(SOLANA);
  });

  it('drops and counts malformed entries, and gives two services that claim one id different ids', async () => {
    const bad = [
      null,
      7,
      {},
      registered({ url: 'file:///etc/passwd' }),
      registered({ url: 'https://u:p@a.test/' }),
      registered({ pricePerCall: undefined }),
      registered({ pricePerCall: -1 }),
      registered({ pricePerCall: '1e9' }),
      registered({ url: `https://a.test/${'x'.repeat(3000)}` }),
    ];
    const badItems = [
      item({ type: 'mcp' }),
      item({ accepts: [] }),
      item({ resource: 7 }),
      item({
        accepts: [{ scheme: 'exact', network: EVM, asset: '0x0', amount: '9'.repeat(40), payTo: 'p' }],
      }),
    ];
    const twins = [registered(), registered({ url: 'https://other.test/' })];
    const { services, dropped } = await catalogueOf(
      network({ registry: [...bad, ...twins], items: badItems }).fetch,
    ).services();
    expect(dropped).toBe(bad.length + badItems.length);
    expect(new Set(services.map((service) => service.id)).size).toBe(2);
  });

  it('drops what the guard refuses, also when only the undo address is refused', async () => {
    const guard = (url: string): void => {
      if (new URL(url).hostname === '169.254.169.254') throw new Error('blocked');
    };
    const registry = [
      registered({ url: 'http://169.254.169.254/latest' }),
      registered({ compensation: { url: 'http://169.254.169.254/', method: 'POST' } }),
    ];
    expect(await catalogueOf(network({ registry, items: [] }).fetch, { guard }).services()).toMatchObject({
      services: [],
      dropped: 2,
    });
  });

  it('survives any entry', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.dictionary(
              fc.constantFrom(...Object.keys(item()), ...Object.keys(registered())),
              fc.jsonValue(),
            ),
          ),
        ),
        async (entries) => {
          const { services, dropped } = await catalogueOf(
            network({ registry: entries, items: entries }).fetch,
          ).services();
          expect(services.length + dropped).toBeLessThanOrEqual(entries.length * 2);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('keeping the catalogue', () => {
  it('asks once for many, and again after the cache time', async () => {
    let now = 0;
    const { fetch, calls } = network({ registry: [registered()], items: [] });
    const catalogue = catalogueOf(fetch, { clock: () => now, cacheSeconds: 300 });
    await Promise.all([catalogue.services(), catalogue.services(), catalogue.services()]);
    now = 299_999;
    await catalogue.services();
    expect(calls).toHaveLength(2);
    now = 300_000;
    await catalogue.services();
    expect(calls).toHaveLength(4);
  });

  it('serves what it knew while a source is down', async () => {
    let now = 0;
    const { fetch, answers } = network({
      registry: [registered()],
      items: [item({ resource: 'https://b.test/' })],
    });
    const catalogue = catalogueOf(fetch, { clock: () => now });
    const before = await catalogue.services();
    delete answers.registry;
    now = 300_000;
    expect(await catalogue.services()).toEqual(before);
    delete answers.items;
    now = 600_000;
    expect(await catalogue.services()).toEqual(before);
  });

  it('is whole once every source has answered, even when one of them is down later', async () => {
    let now = 0;
    const { fetch, answers } = network({ items: [item()] });
    const catalogue = catalogueOf(fetch, { clock: () => now });
    expect((await catalogue.services()).whole).toBe(false);
    answers.registry = [registered()];
    now = 10_000;
    expect((await catalogue.services()).whole).toBe(true);
    delete answers.registry;
    now = 1_000_000;
    expect((await catalogue.services()).whole).toBe(true);
    const { whole } = await catalogueOf(network({ items: [] }).fetch, { registryUrl: undefined }).services();
    expect(whole).toBe(true);
  });

  it('works with one source, and says what to do with none', async () => {
    expect((await catalogueOf(network({ registry: [registered()] }).fetch).services()).services).toHaveLength(
      1,
    );
    await expect(catalogueOf(network({}).fetch).services()).rejects.toMatchObject({
      code: 'discovery_unavailable',
    });
    await expect(
      catalogueOf(network({ registry: [], items: [], status: 500 }).fetch).services(),
    ).rejects.toThrow('answered 500');
    const unset = createCatalogue({ fetch: network({}).fetch, assets: sampleBook });
    await expect(unset.services()).rejects.toThrow('REGISTRY_URL');
    await expect(unset.services()).rejects.toMatchObject({ details: { passing: false } });
  });

  it('has another version when a price changes, not when a counter moves', async () => {
    const versionOf = async (entry: object) =>
      (await catalogueOf(network({ registry: [entry], items: [] }).fetch).services()).version;
    const version = await versionOf(registered());
    expect(await versionOf(registered({ totalCalls: 99, averageResponseTime: 70 }))).toBe(version);
    expect(await versionOf(registered({ pricePerCall: 0.06 }))).not.toBe(version);
  });
});
