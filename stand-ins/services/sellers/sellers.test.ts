import { describe, expect, it } from 'vitest';
import { formatUsdc, parseUsdc } from '../prices.ts';
import { composeReport, createDocumentServices, drawChart } from './documents.ts';
import { createMarketServices, priceSeries } from './market.ts';
import { createStatisticsService, describeSeries } from './statistics.ts';
import { createTextServices, readMood, summarize, textOf } from './text.ts';

const now = new Date('2026-03-01T12:00:00Z');
const [history] = createMarketServices({ now: () => now });
const statistics = createStatisticsService();

describe('the price walk', () => {
  it('gives a day the same price whenever it is asked', () => {
    const short = priceSeries('SOL', 3, now);
    const long = priceSeries('SOL', 30, new Date('2026-03-02T00:00:00Z'));
    expect(short.map(({ date }) => date)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(long.slice(-4, -1)).toEqual(short);
  });

  it('differs by symbol and stays above zero', () => {
    const [sol, eth] = [priceSeries('SOL', 365, now), priceSeries('ETH', 365, now)];
    expect(sol.every(({ price }) => price > 0)).toBe(true);
    expect(sol.at(-1)?.price).not.toBe(eth.at(-1)?.price);
  });
});

describe('statistics', () => {
  it('describes a rising line exactly', () => {
    expect(describeSeries([1, 2, 3, 4, 5])).toEqual({
      count: 5,
      mean: 3,
      median: 3,
      stdev: 1.5811,
      min: 1,
      max: 5,
      change: 4,
      changePercent: 400,
      trend: { slope: 1, intercept: 1, r2: 1, direction: 'rising' },
    });
  });

  it('calls noise flat, and survives equal and zero values', () => {
    expect(describeSeries([1, 5, 1, 5, 1, 5, 1]).trend.direction).toBe('flat');
    expect(describeSeries([0, 0, 0])).toMatchObject({
      stdev: 0,
      changePercent: null,
      trend: { slope: 0, r2: 0 },
    });
  });

  it('accepts what the price feed answers, whole or in part', async () => {
    const answer = await history?.answer({ symbol: 'SOL', days: 5 }, { idempotencyKey: undefined });
    for (const input of [{ data: answer?.body }, { series: answer?.body['series'] }, { values: [1, 2] }]) {
      expect(statistics.parse(input).ok).toBe(true);
    }
    for (const input of [{}, { values: [1] }, { series: 'x' }, { values: [1, 'a'] }]) {
      expect(statistics.parse(input).ok).toBe(false);
    }
  });
});

describe('text services', () => {
  it('extract whole sentences in their order', () => {
    const text =
      'Rain fell. Solana prices rose and prices stayed high. Nobody came. Prices of Solana matter.';
    expect(summarize(text, 2)).toBe('Solana prices rose and prices stayed high. Prices of Solana matter.');
  });

  it('read data as sentences', () => {
    expect(textOf({ data: { trend: { slope: 2 } } })).toBe('trend slope is 2.');
    expect(createTextServices()[0]?.parse({}).ok).toBe(false);
  });

  it('weigh good words against bad ones', () => {
    expect(readMood('Good growth, great profit').sentiment).toBe('positive');
    expect(readMood('A bad loss').sentiment).toBe('negative');
    expect(readMood('It is Tuesday').sentiment).toBe('neutral');
  });
});

describe('document services', () => {
  it('draw every value, and no markup from the title', () => {
    const svg = drawChart([1, 5, 3], '<script>');
    expect(svg).not.toContain('<script>');
    expect(/points="([^"]*)"/.exec(svg)?.[1]?.split(' ')).toHaveLength(3);
  });

  it('join sections, or the fields of data, into markdown', () => {
    expect(composeReport({ title: 'T', sections: [{ title: 'One', content: 'text' }] })).toBe(
      '# T\n\n## One\n\ntext',
    );
    expect(composeReport({ title: 'T', data: { stats: { mean: 2 } } })).toBe('# T\n\n## stats\n\n- mean: 2');
    expect(createDocumentServices()[1]?.parse({ title: 'T' }).ok).toBe(false);
  });
});

describe('prices', () => {
  it('go from minor units to decimals and back', () => {
    for (const [minor, text] of [
      [50_000n, '0.05'],
      [1_000_000n, '1'],
      [1n, '0.000001'],
      [12_345_678n, '12.345678'],
    ] as const) {
      expect(formatUsdc(minor)).toBe(text);
      expect(parseUsdc(text)).toBe(minor);
    }
    for (const text of ['', '-1', '1e3', '0.0000001', '1,5']) expect(parseUsdc(text)).toBeUndefined();
  });
});
