import { describe, expect, it } from 'vitest';
import { durationOf, moneyOf, readingOf } from '../../../tests/support/reading-of.ts';
import { sampleBook, sampleCatalogue } from '../../../tests/support/sample-catalogue.ts';
import { bindLimits, limitsOf, lowerLimits } from './word-limits.ts';

const CODES = { codes: ['USDC', 'SOL'], sellers: ['Chartify', 'token-data', 'Acme Data'] };

const cost = (
  text: string,
  said: string,
  amount: string,
  currency: string,
  bound: 'max' | 'min' | 'none' = 'none',
) => limitsOf(readingOf(text, { mentions: [moneyOf(text, said, amount, currency, bound)] }), CODES);

describe('the most that everything may cost', () => {
  it.each([
    ['SOL price under 5 cents', '5 cents', 'under 5 cents'],
    ['SOL price for not more than 5 cents', '5 cents', 'not more than 5 cents'],
    ["SOL price, don't spend more than 5 cents", '5 cents', "don't spend more than 5 cents"],
    ['SOL price, at most 5 cents please', '5 cents', 'at most 5 cents'],
    ['SOL price, max 5 cents', '5 cents', 'max 5 cents'],
    ['SOL price, 5 cents max', '5 cents', '5 cents max'],
    ['SOL price, I have a budget of 5 cents', '5 cents', 'budget of 5 cents'],
    ['SOL price. My budget is 5 cents.', '5 cents', 'budget is 5 cents'],
    ['SOL price for 5 cents or less', '5 cents', '5 cents or less'],
    ['SOL price for less than 5 cents', '5 cents', 'less than 5 cents'],
    ['SOL price under 5 cents', 'under 5 cents', 'under 5 cents'],
    ['SOL price, it must not cost more than 5 cents', '5 cents', 'not cost more than 5 cents'],
  ])('reads "%s"', (text, said, phrase) => {
    const { limits, parts, questions } = cost(text, said, '0.05', 'USD');
    expect(limits).toEqual({ maxCost: { amount: '0.05', asset: 'USDC' } });
    expect(questions).toEqual([]);
    expect(parts).toEqual([
      {
        text: phrase,
        span: [text.indexOf(phrase), text.indexOf(phrase) + phrase.length],
        as: 'limit',
        field: 'maxCost',
        value: '0.05 USDC',
      },
    ]);
  });

  it.each([
    ['SOL price with a budget of 3 dollars', '3', 'budget of 3 dollars'],
    ['SOL price for a maximum of 2.5 cents', '0.025', 'maximum of 2.5 cents'],
    ['SOL price, limit of 2 USDC', '2', 'limit of 2 USDC'],
    ['SOL price, not above 5 ct', '0.05', 'not above 5 ct'],
    ['SOL price under $0.10', '0.10', 'under $0.10'],
    ['SOL price, at most 150 cents', '1.5', 'at most 150 cents'],
  ])('is not lost when the reading has no money in "%s"', (text, amount, phrase) => {
    const { limits, parts } = limitsOf(readingOf(text), CODES);
    expect(limits).toEqual({ maxCost: { amount, asset: 'USDC' } });
    expect(parts).toMatchObject([{ text: phrase, as: 'limit' }]);
  });

  it('is asked about in another currency, also when the reading has no money', () => {
    expect(limitsOf(readingOf('SOL price, budget of 20 euros'), CODES).questions).toHaveLength(1);
    expect(limitsOf(readingOf('what is 5 dollars in SOL, and 3 SOL in euros'), CODES).parts).toEqual([]);
  });

  it('keeps the asset that is named', () => {
    expect(cost('SOL price, max 0.1 SOL', '0.1 SOL', '0.1', 'SOL').limits).toEqual({
      maxCost: { amount: '0.1', asset: 'SOL' },
    });
  });

  it('trusts the bound that the reading found', () => {
    expect(cost('price, 5 cents is all', '5 cents', '0.05', 'USD', 'max').limits.maxCost?.amount).toBe(
      '0.05',
    );
  });

  it('takes the lower one of two', () => {
    const text = 'under 10 cents, at most 5 cents, below 7 cents';
    const mentions = [
      moneyOf(text, '10 cents', '0.1', 'USD'),
      moneyOf(text, '5 cents', '0.05', 'USD'),
      moneyOf(text, '7 cents', '0.07', 'USD'),
    ];
    const { limits, parts } = limitsOf(readingOf(text, { mentions }), CODES);
    expect(limits.maxCost).toEqual({ amount: '0.05', asset: 'USDC' });
    expect(parts).toHaveLength(3);
  });

  it.each([
    ['a hotel for under 120 euros', '120 euros', '120', 'EUR'],
    ['a report, at most 500 yen', '500 yen', '500', 'JPY'],
    ['a report for less than 10 pounds', '10 pounds', '10', 'GBP'],
  ])('asks what "%s" is in the coin of the installation', (text, said, amount, currency) => {
    const { limits, parts, questions } = cost(text, said, amount, currency);
    expect(limits).toEqual({});
    expect(questions).toMatchObject([{ field: 'maxCost', type: 'number', min: 0 }]);
    expect(questions[0]?.question).toContain(said);
    expect(questions[0]?.question).toContain('USDC');
    expect(parts).toMatchObject([{ as: 'limit', field: 'maxCost' }]);
  });

  it('asks when two limits are in different assets', () => {
    const text = 'under 5 cents, at most 1 SOL';
    const mentions = [moneyOf(text, '5 cents', '0.05', 'USD'), moneyOf(text, '1 SOL', '1', 'SOL')];
    expect(limitsOf(readingOf(text, { mentions }), CODES).questions).toHaveLength(1);
  });

  it.each([
    ['what is 5 dollars in SOL', '5 dollars', 'none'],
    ['at least 3 dollars', '3 dollars', 'min'],
    ['tell me, the price is under 100 dollars', '100 dollars', 'max'],
    ['a note that SOL fell below 100 dollars', '100 dollars', 'max'],
  ] as const)('takes no limit from "%s"', (text, said, bound) => {
    expect(cost(text, said, '5', 'USD', bound)).toEqual({ limits: {}, parts: [], questions: [] });
  });

  it('takes none from a condition or a quote', () => {
    const text = 'if the price stays under 100 dollars, translate "under 5 cents"';
    const mentions = [
      moneyOf(text, '100 dollars', '100', 'USD', 'max'),
      moneyOf(text, '5 cents', '0.05', 'USD', 'max'),
      {
        kind: 'quote' as const,
        value: 'under 5 cents',
        span: [text.indexOf('"'), text.length] as [number, number],
      },
    ];
    const clauses = [{ span: [0, 37] as [number, number], mood: 'condition' as const }];
    expect(limitsOf(readingOf(text, { mentions, clauses }), CODES).limits).toEqual({});
  });
});

describe('the longest it may take', () => {
  it.each([
    ['SOL price within an hour', 'an hour', 1 / 24, 'hour', 1, 3_600_000],
    ['SOL price within an hour', 'within an hour', 1 / 24, 'hour', 1, 3_600_000],
    ['SOL price in under ten minutes', 'ten minutes', 10 / 1440, 'minute', 10, 600_000],
    ['SOL price, it may take no longer than 30 seconds', '30 seconds', 30 / 86_400, 'second', 30, 30_000],
    ['SOL price, 5 minutes max', '5 minutes', 5 / 1440, 'minute', 5, 300_000],
    ['a report within two days', 'two days', 2, 'day', 2, 172_800_000],
  ])('reads "%s" (%s)', (text, said, days, unit, count, ms) => {
    const mentions = [durationOf(text, said, { days, unit, count, when: 'future' })];
    expect(limitsOf(readingOf(text, { mentions }), CODES).limits).toEqual({ maxTimeMs: ms });
  });

  it.each([
    ['SOL price of the last 30 days', 'last 30 days', 30, 'past'],
    ['highest price within the last 30 days', 'the last 30 days', 30, 'past'],
    ['forecast SOL within the next 7 days', '7 days', 7, 'future'],
    ['SOL price in two days', 'two days', 2, 'future'],
    ['a hotel for two nights', 'two nights', 2, 'plain'],
  ] as const)('takes no limit from "%s"', (text, said, days, when) => {
    const mentions = [durationOf(text, said, { days, unit: 'day', count: days, when })];
    expect(limitsOf(readingOf(text, { mentions }), CODES)).toEqual({ limits: {}, parts: [], questions: [] });
  });
});

describe('who may sell', () => {
  it.each([
    'SOL price, only verified services',
    'SOL price, verified sellers only',
    'use only the verified providers for the SOL price',
    'SOL price, no unverified services',
    "SOL price and don't use unverified sellers",
    'SOL price, verified only.',
    'SOL price; sellers must be verified',
  ])('reads "%s"', (text) => {
    const { limits, parts } = limitsOf(readingOf(text), CODES);
    expect(limits).toEqual({ verifiedOnly: true });
    for (const part of parts) expect(text.slice(...part.span)).toBe(part.text);
  });

  it.each([
    'translate "only verified services"',
    'is this verified information?',
    'write about verified accounts',
  ])('takes no limit from %s', (text) => {
    const at = text.indexOf('"');
    const mentions =
      at < 0 ? [] : [{ kind: 'quote' as const, value: '', span: [at, text.length] as [number, number] }];
    expect(limitsOf(readingOf(text, { mentions }), CODES).limits).toEqual({});
  });

  it.each([
    ['SOL price, not from token-data', ['token-data']],
    ['SOL price, nothing from chartify please', ['chartify']],
    ['SOL price, but don’t use Chartify', ['Chartify']],
    ['SOL price and never buy from Acme Data or Chartify', ['Acme Data', 'Chartify']],
    ['SOL price, not from Moody Corp', ['Moody Corp']],
    [
      'SOL price, nothing from the seller Chartify, token-data and Acme Data',
      ['Chartify', 'token-data', 'Acme Data'],
    ],
  ])('reads "%s"', (text, notFrom) => {
    expect(limitsOf(readingOf(text), CODES).limits).toEqual({ notFrom });
  });

  it.each([
    "don't use Bitcoin for this",
    'a summary without using long words',
    'not from yesterday',
    'avoid emojis',
  ])('takes no limit from "%s"', (text) => expect(limitsOf(readingOf(text), CODES).limits).toEqual({}));
});

describe('limits that bind', () => {
  const services = sampleCatalogue();
  const context = { services, book: sampleBook, codes: ['USDC', 'SOL'] };
  const ids = (notFrom: string[]): string[] => bindLimits(context, { notFrom }).services.map(({ id }) => id);

  it('leave verified services alone where only those are wanted', () => {
    const left = bindLimits(context, { verifiedOnly: true }).services;
    expect(left).toEqual(services.filter(({ verified }) => verified));
    expect(left.length).toBeLessThan(services.length);
  });

  it('leave out whoever is named: by name, id, seller or host', () => {
    expect(ids(['line chart'])).not.toContain('line-chart');
    expect(ids(['Line-Chart'])).not.toContain('line-chart');
    expect(ids(['line'])).not.toContain('line-chart');
    expect(ids(['sample'])).toEqual([]);
    expect(ids(['https://services.example/x'])).toEqual([]);
    expect(ids(['.', '', 'Moody Corp', 'art'])).toEqual(services.map(({ id }) => id));
  });

  it('price the plan in the asset of the maximum, and take the lower one', () => {
    const maxCost = { amount: '0.05', asset: 'USDC' };
    expect(bindLimits(context, { maxCost })).toMatchObject({ codes: ['USDC'], maxCost: '0.05' });
    expect(bindLimits({ ...context, maxCost: '0.049' }, { maxCost })).toMatchObject({ maxCost: '0.049' });
    expect(bindLimits({ ...context, maxCost: '0.5' }, { maxCost })).toMatchObject({ maxCost: '0.05' });
  });

  it('are never raised by others', () => {
    const ours = {
      maxCost: { amount: '0.05', asset: 'USDC' },
      maxTimeMs: 1000,
      verifiedOnly: true as const,
      notFrom: ['a'],
    };
    const others = { maxCost: { amount: '9', asset: 'USD' }, maxTimeMs: 5000, notFrom: ['b'] };
    expect(lowerLimits(ours, others, ['USDC'])).toEqual({ ...ours, notFrom: ['a', 'b'] });
    expect(
      lowerLimits(ours, { maxCost: { amount: '0.01', asset: 'USD' }, maxTimeMs: 1 }, ['USDC']),
    ).toMatchObject({
      maxCost: { amount: '0.01', asset: 'USDC' },
      maxTimeMs: 1,
    });
    expect(lowerLimits({}, { maxCost: { amount: '5', asset: 'EUR' } }, ['USDC'])).toEqual({});
  });
});
