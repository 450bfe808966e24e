import { describe, expect, it } from 'vitest';
import type { CatalogueService } from './catalogue.ts';
import { jaccard, matchService, rankServices, scoreService, wordSet } from './scoring.ts';

const service = (over: Partial<CatalogueService>): CatalogueService => ({
  id: 'a',
  name: 'A',
  description: 'fetch price history',
  url: 'https://a.example/',
  method: 'GET',
  category: 'market',
  pricePerCall: '1',
  currency: 'USDC',
  capabilities: [],
  reputationScore: 5000,
  uptimePercentage: 99,
  averageResponseTime: 1000,
  totalCalls: 0,
  owner: '',
  verified: true,
  accepts: [],
  ...over,
});

describe('the contract score', () => {
  it('weighs words, reputation, price, latency, verification and uptime', () => {
    expect(scoreService('fetch price history', service({}))).toBeCloseTo(
      0.4 + 0.15 + 0.18 + 0.09 + 0.1 + 0.05,
      10,
    );
    expect(
      scoreService(
        'fetch price',
        service({
          reputationScore: 0,
          pricePerCall: '10',
          averageResponseTime: 20_000,
          verified: false,
          uptimePercentage: 98.9,
        }),
      ),
    ).toBeCloseTo((0.4 * 2) / 3, 10);
  });

  it('compares sets of words without case', () => {
    expect(jaccard(wordSet('Fetch, fetch PRICE!'), wordSet('price now'))).toBeCloseTo(1 / 3, 10);
    expect(jaccard(wordSet(''), wordSet(''))).toBe(0);
  });

  it('breaks ties by price and then by id', () => {
    const ranked = rankServices('x', [service({ id: 'c' }), service({ id: 'b' })]);
    expect(ranked.map((one) => one.service.id)).toEqual(['b', 'c']);
  });
});

describe('matching a service', () => {
  it('takes the best that shares a word with the action', () => {
    const famous = service({
      id: 'famous',
      description: 'weather of cities',
      category: 'weather',
      reputationScore: 10_000,
      pricePerCall: '0',
    });
    expect(matchService('fetch price', [famous, service({})])?.service.id).toBe('a');
    expect(matchService('bake bread', [famous, service({})])).toBeUndefined();
  });

  it('finds no service below 0.3', () => {
    const poor = service({
      description: 'price of many different things on sale',
      reputationScore: 0,
      pricePerCall: '10',
      averageResponseTime: 10_000,
      verified: false,
      uptimePercentage: 50,
    });
    expect(matchService('fetch price', [poor])).toBeUndefined();
  });

  it('keeps the service a planner names, whatever its score, and never takes another for it', () => {
    const other = service({ id: 'b', reputationScore: 10_000 });
    expect(matchService('fetch price history', [service({}), other], 'a')?.service.id).toBe('a');
    expect(matchService('convert money', [service({}), other], 'a')?.service.id).toBe('a');
    expect(matchService('fetch price history', [service({}), other], 'unknown')).toBeUndefined();
  });
});
