import { describe, expect, it } from 'vitest';
import { clausesOf, conditionOf } from './clauses.ts';
import { entitiesOf } from './entities.ts';

const textsOf = (request: string): string[] =>
  clausesOf(request).clauses.map((clause) => (clause.kind === 'task' ? clause.text : 'branch'));

describe('splitting a request', () => {
  it.each([
    ['Compare ETH and BTC prices and chart the result', ['Compare ETH and BTC prices', 'chart the result']],
    ['Get prices, then chart them. Finally write a report.', ['Get prices', 'chart them', 'write a report']],
    ['Create a chart and a report', ['Create a chart', 'create a report']],
    ['Forecast the next 5 days', ['Forecast the next 5 days']],
    ['- fetch data\n- draw a chart', ['fetch data', 'draw a chart']],
  ])('%s', (request, parts) => expect(textsOf(request)).toEqual(parts));

  it('reads nothing inside quotation marks, or after "the text:", as an instruction', () => {
    const { clauses, quotes } = clausesOf('Summarise "buy now and sell later. Then chart it" and chart SOL');
    expect(clauses).toHaveLength(2);
    expect(quotes).toEqual(['buy now and sell later. Then chart it']);
    expect(clausesOf('Summarise this text: first. Then chart it.').quotes).toEqual(['first. Then chart it.']);
  });

  it('keeps an otherwise with its if, across sentences', () => {
    const { clauses } = clausesOf('If SOL is below 50 then write a report. Otherwise draw a chart.');
    expect(clauses).toEqual([
      {
        kind: 'branch',
        condition: { subject: 'SOL', operator: 'lt', right: 50 },
        then: ['write a report'],
        otherwise: ['draw a chart'],
      },
    ]);
  });
});

describe('conditions', () => {
  it.each([
    ['the price is at least $1,500.50', 'gte', 1500.5],
    ['volume exceeds 2m', 'gt', 2_000_000],
    ['the mood is negative', 'eq', 'negative'],
    ['the mood is not negative', 'ne', 'negative'],
    ['a booking exists', 'exists', true],
  ])('%s', (text, operator, right) => expect(conditionOf(text)).toMatchObject({ operator, right }));

  it('are not seen in any sentence', () => expect(conditionOf('you can')).toBeUndefined());
});

describe('entities', () => {
  const read = (text: string) => entitiesOf(text, [], '2025-11-21');

  it.each([
    ['last 30 days', 30],
    ['past two weeks', 14],
    ['over 24h', 1],
    ['last month', 30],
    ['30-day', 30],
    ['the last 99 years', 3650],
  ])('sees %s as %d days', (text, days) => expect(read(text).days).toBe(days));

  it('sees assets by name and code, and no acronyms', () => {
    expect(read('Solana DEX volume of $BTC, ether and XYZ as SVG via an API').symbols).toEqual([
      'SOL',
      'BTC',
      'ETH',
      'XYZ',
    ]);
  });

  it.each([
    ['tomorrow', '2025-11-22'],
    ['on 3 March', '2026-03-03'],
    ['December 24th', '2025-12-24'],
    ['2027-02-28', '2027-02-28'],
    ['in 5 days', '2025-11-26'],
  ])('sees %s as %s', (text, date) => expect(read(text).dates).toEqual([date]));

  it('does not take impossible dates', () => expect(read('on 2027-02-30').dates).toEqual([]));

  it('sees places, names, people and languages', () => {
    expect(read('a table in New York for Ada Lovelace and 4 guests, translated to German')).toMatchObject({
      locations: ['New York'],
      names: ['Ada Lovelace', 'German'],
      people: 4,
      language: 'german',
    });
  });
});
