import { describe, expect, test } from 'vitest';
import type { HttpFetch } from '../../domain/payments/http.ts';
import { readBazaar, readRegistry } from './read-sources.ts';

/** Answers bodies in turn, the last one for ever, and notes what was asked for. */
function answering(...bodies: unknown[]): { fetch: HttpFetch; asked: string[] } {
  const asked: string[] = [];
  const fetch: HttpFetch = async (url) => {
    asked.push(url);
    const body = bodies.length > 1 ? bodies.shift() : bodies[0];
    return { status: 200, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) };
  };
  return { fetch, asked };
}

const offsets = (asked: string[]): (string | null)[] =>
  asked.map((url) => new URL(url).searchParams.get('offset'));

describe('the Bazaar', () => {
  test('is read page after page until its total', async () => {
    const total = 3;
    const { fetch, asked } = answering(
      { items: [1, 2], pagination: { total } },
      { items: [3], pagination: { total } },
    );
    expect(await readBazaar(fetch, 'https://f.example/base')).toEqual({ items: [1, 2, 3] });
    expect(offsets(asked)).toEqual(['0', '2']);
    expect(new URL(asked[0]!).pathname).toBe('/base/discovery/resources');
  });

  test.each([{ items: [1] }, { items: [1], pagination: {} }, { items: [1], pagination: { total: '9' } }])(
    'without a total, as in %j, is one page',
    async (page) => {
      const { fetch, asked } = answering(page);
      expect(await readBazaar(fetch, 'https://f.example/')).toEqual({ items: [1] });
      expect(asked).toHaveLength(1);
    },
  );

  test('without a total is read until a page is not full', async () => {
    const full = Array.from({ length: 100 }, (_, index) => index);
    const { fetch, asked } = answering({ items: full }, { items: [...full].toReversed() }, { items: [1] });
    expect((await readBazaar(fetch, 'https://f.example')).items).toHaveLength(201);
    expect(offsets(asked)).toEqual(['0', '100', '200']);
  });

  test('that promises more than it gives ends at an empty page, or where it repeats itself', async () => {
    const pagination = { total: 1e9 };
    const short = answering({ items: [1], pagination }, { items: [], pagination });
    expect(await readBazaar(short.fetch, 'https://f.example')).toEqual({ items: [1] });
    const endless = answering({ items: [1], pagination });
    expect(await readBazaar(endless.fetch, 'https://f.example')).toEqual({ items: [1] });
    expect(endless.asked).toHaveLength(2);
  });

  test('of 5,300 resources is read whole, in pages as small as it makes them', async () => {
    const total = 5300;
    const asked: number[] = [];
    const fetch: HttpFetch = async (url) => {
      const offset = Number(new URL(url).searchParams.get('offset'));
      asked.push(offset);
      const items = Array.from({ length: Math.min(50, total - offset) }, (_, index) => offset + index);
      return {
        status: 200,
        headers: {},
        text: JSON.stringify({ items, pagination: { limit: 50, offset, total } }),
      };
    };
    const { items, cut } = await readBazaar(fetch, 'https://f.example');
    expect(items).toEqual(Array.from({ length: total }, (_, index) => index));
    expect(cut).toBeUndefined();
    expect(asked).toHaveLength(106);
    expect(await readBazaar(fetch, 'https://f.example', { mostItems: 120 })).toMatchObject({
      cut: 'The catalogue is cut: 150 of 5300 resources of f.example were read.',
    });
    let now = 0;
    const slow = await readBazaar(fetch, 'https://f.example', { clock: () => (now += 30_000) });
    expect(slow.items).toHaveLength(100);
    expect(slow.cut).toContain('100 of 5300');
  });

  test.each([[], null, { items: {} }, 'text'])('that answers %j is an error that names it', async (body) => {
    const { fetch } = answering(JSON.stringify(body));
    await expect(readBazaar(fetch, 'https://f.example')).rejects.toThrow(
      'f.example did not answer with a list of resources',
    );
  });
});

describe('the registry', () => {
  test('is a list, bare or under its name', async () => {
    expect(await readRegistry(answering([1]).fetch, 'https://r.example')).toEqual([1]);
    expect(await readRegistry(answering({ services: [1] }).fetch, 'https://r.example')).toEqual([1]);
    await expect(readRegistry(answering({ entries: [] }).fetch, 'https://r.example')).rejects.toThrow(
      'a list of services',
    );
  });

  test('keeps prices as the text they were written in', async () => {
    const { fetch } = answering('[{"pricePerCall": 0.10, "score": 0.10}, {"pricePerCall": 1e-7}]');
    expect(await readRegistry(fetch, 'https://r.example')).toEqual([
      { pricePerCall: '0.10', score: 0.1 },
      { pricePerCall: 1e-7 },
    ]);
  });

  test('keeps every digit of what an undo sends, and reads other numbers as doubles', async () => {
    const undo = '{"url":"https://s.example/undo","params":{"shop":9007199254740993,"rate":1.0}}';
    const { fetch } = answering(`[{"score":1.0,"totalCalls":9007199254740993,"compensation":${undo}}]`);
    const [service] = await readRegistry(fetch, 'https://r.example');
    expect(JSON.stringify(service)).toBe(`{"score":1,"totalCalls":9007199254740992,"compensation":${undo}}`);
  });

  test('that answers an error, too much or no JSON is an error', async () => {
    const down: HttpFetch = async () => ({ status: 503, headers: {}, text: '' });
    await expect(readRegistry(down, 'https://r.example')).rejects.toThrow('r.example answered 503');
    await expect(
      readRegistry(answering(`"${'x'.repeat(4 * 1024 * 1024)}"`).fetch, 'https://r.example'),
    ).rejects.toThrow('more than');
    await expect(readRegistry(answering('<html>').fetch, 'https://r.example')).rejects.toThrow(SyntaxError);
  });
});
