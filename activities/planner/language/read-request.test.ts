import { describe, expect, it } from 'vitest';
import type { Mention } from '../../../domain/plan/understanding/reading.ts';
import { readRequest } from './read-request.ts';

const vocabulary =
  'price history chart solana bitcoin ethereum token symbol sentiment news hotel booking translate language summarize text report email SOL BTC USDC'.split(
    ' ',
  );
const read = (text: string) => readRequest(text, { today: '2026-12-01', vocabulary });

/** Each clause as "mood: its words", a negated one with "not". */
const clausesOf = (text: string): string[] => {
  const { clauses, words } = read(text);
  return clauses.map(({ mood, isNegated, from, to }) => {
    const said = words.slice(from, to).map((word) => word.norm);
    return `${isNegated ? 'not ' : ''}${mood}: ${said.join(' ')}`;
  });
};

const mentionsOf = (text: string, ...kinds: Mention['kind'][]): unknown[] =>
  read(text)
    .mentions.filter(({ kind }) => kinds.includes(kind))
    .map(({ span, kind, ...rest }) => ({ kind, said: text.slice(...span), ...rest }));

describe('a request falls into clauses', () => {
  it.each([
    ['price of solana and make a chart', ['fragment: price of solana', 'instruction: and make a chart']],
    ['SOL prices, chart it', ['fragment: sol prices', 'instruction: chart it']],
    [
      'I am preparing a board meeting and my boss wants it nice. SOL prices, chart it',
      [
        'statement: i am preparing a board meeting',
        'statement: and my boss wants it nice',
        'fragment: sol prices',
        'instruction: chart it',
      ],
    ],
    ['Compare ETH and BTC', ['instruction: compare eth and btc']],
    ['hotels in Berlin and Munich', ['fragment: hotels in berlin and munich']],
    ['summarize and translate it', ['instruction: summarize', 'instruction: and translate it']],
    ['Get SOL,ETH and BTC prices', ['instruction: get sol eth and btc prices']],
    ['Could you please make a chart?', ['instruction: could you please make a chart']],
    ["I'd like you to find a hotel", ["instruction: i'd like you to find a hotel"]],
    ['Help me with my crypto portfolio', ['instruction: help me with my crypto portfolio']],
    ['What can you do?', ['question: what can you do']],
    ['When is the next halving?', ['question: when is the next halving']],
    [
      'First get the price, then chart it',
      ['instruction: first get the price', 'instruction: then chart it'],
    ],
    ['1. price of SOL\n2. chart it', ['fragment: price of sol', 'instruction: chart it']],
    ['- SOL price\n- a chart', ['fragment: sol price', 'fragment: a chart']],
    ['Find news & summarize them', ['instruction: find news', 'instruction: summarize them']],
    ['price + chart of SOL', ['fragment: price chart of sol']],
    ['top 10 tokens', ['fragment: top 10 tokens']],
  ])('%s', (text, expected) => expect(clausesOf(text)).toEqual(expected));
});

describe('what is not to be done is negated', () => {
  it.each([
    ['do not make a chart', ['not instruction: do not make a chart']],
    ["Don't chart it", ["not instruction: don't chart it"]],
    ['prices without a chart', ['fragment: prices', 'not fragment: without a chart']],
    ['SOL prices, no charts please', ['fragment: sol prices', 'not fragment: no charts please']],
    ['SOL prices with no chart', ['fragment: sol prices', 'not fragment: with no chart']],
    ['price of SOL, but not a report', ['fragment: price of sol', 'not fragment: but not a report']],
    ['no charts, just the price', ['not fragment: no charts', 'fragment: just the price']],
    ['prices withut a chart', ['fragment: prices', 'not fragment: without a chart']],
    [
      'not from ShadyShop, only verified services',
      ['not fragment: not from shadyshop', 'fragment: only verified services'],
    ],
    [
      'do not make a chart or send emails, just tell me the price',
      [
        'not instruction: do not make a chart',
        'not instruction: or send emails',
        'instruction: just tell me the price',
      ],
    ],
    ['prices for not more than 5 cents', ['fragment: prices for not more than 5 cents']],
  ])('%s', (text, expected) => expect(clausesOf(text)).toEqual(expected));
});

describe('a condition has what depends on it', () => {
  const branches = [
    'condition: if sol is above 100',
    'then: make a chart',
    'otherwise: otherwise send a report',
  ];
  it.each([
    ['if SOL is above 100, make a chart, otherwise send a report', branches],
    ['If SOL is above 100 make a chart otherwise send a report', branches],
    ['If SOL is above 100, make a chart. Otherwise, send a report.', branches],
    ['Make a chart if SOL is above 100', ['then: make a chart', 'condition: if sol is above 100']],
    [
      'Show me prices, and if it is over 200 then translate it, else do nothing',
      [
        'instruction: show me prices',
        'condition: and if it is over 200',
        'then: then translate it',
        'otherwise: else do nothing',
      ],
    ],
    ['When SOL hits 100, chart it', ['condition: when sol hits 100', 'then: chart it']],
    ['If possible, chart it', ['fragment: if possible', 'instruction: chart it']],
    ['Tell me if SOL is above 100', ['instruction: tell me if sol is above 100']],
  ])('%s', (text, expected) => expect(clausesOf(text)).toEqual(expected));
});

describe('days are read, and nothing else as a day', () => {
  it.each([
    [
      '12 to 15 December, two people',
      [{ said: '12 to 15 December', from: '2026-12-12', to: '2026-12-15', isCertain: true }],
    ],
    [
      'from 3 to 5 March 2027',
      [{ said: '3 to 5 March 2027', from: '2027-03-03', to: '2027-03-05', isCertain: true }],
    ],
    [
      'between 5 and 7 June',
      [{ said: '5 and 7 June', from: '2027-06-05', to: '2027-06-07', isCertain: true }],
    ],
    [
      'December 20 to January 3',
      [{ said: 'December 20 to January 3', from: '2026-12-20', to: '2027-01-03', isCertain: true }],
    ],
    [
      'from the 12th to the 15th of December',
      [{ said: '12th to the 15th of December', from: '2026-12-12', to: '2026-12-15', isCertain: true }],
    ],
    ['last Friday', [{ said: 'last Friday', from: '2026-11-27', isCertain: false }]],
    ['last weekend', [{ said: 'last weekend', from: '2026-11-28', to: '2026-11-29', isCertain: false }]],
    ['weather tomorrow', [{ said: 'tomorrow', from: '2026-12-02', isCertain: true }]],
    ['next weekend', [{ said: 'next weekend', from: '2026-12-12', to: '2026-12-13', isCertain: false }]],
    ['on 2026-11-05', [{ said: '2026-11-05', from: '2026-11-05', isCertain: true }]],
    ['on 5/6/2027', [{ said: '5/6/2027', from: '2027-05-06', isCertain: false }]],
    ['15th of January', [{ said: '15th of January', from: '2027-01-15', isCertain: true }]],
    ['version 2.5, DOGE2000, SOL at 100, I may have 5 coins, price now', []],
  ])('%s', (text, expected) =>
    expect(mentionsOf(text, 'date')).toEqual(expected.map((one) => ({ kind: 'date', ...one }))),
  );
});

describe('durations say whether they are past or to come', () => {
  it.each([
    [
      'prices of the last 30 days',
      [{ said: 'the last 30 days', days: 30, unit: 'day', count: 30, when: 'past' }],
    ],
    ['past two weeks', [{ said: 'past two weeks', days: 14, unit: 'week', count: 2, when: 'past' }]],
    ['24h volume', [{ said: '24h', days: 1, unit: 'hour', count: 24, when: 'plain' }]],
    [
      'done within an hour',
      [{ said: 'within an hour', days: 1 / 24, unit: 'hour', count: 1, when: 'future' }],
    ],
    ['the next 7 days', [{ said: 'the next 7 days', days: 7, unit: 'day', count: 7, when: 'future' }]],
    ['3 nights', [{ said: '3 nights', days: 3, unit: 'night', count: 3, when: 'plain' }]],
    ['twice a day', []],
  ])('%s', (text, expected) =>
    expect(mentionsOf(text, 'duration')).toEqual(expected.map((one) => ({ kind: 'duration', ...one }))),
  );
});

describe('money has an amount, a currency and a bound', () => {
  it.each([
    ['not more than 5 cents', '5 cents', '0.05', 'USD', 'max'],
    ['$2 max', '$2', '2', 'USD', 'max'],
    ['at most 2 USDC', '2 USDC', '2', 'USDC', 'max'],
    ['0.1 SOL', '0.1 SOL', '0.1', 'SOL', 'none'],
    ['under 120 euros', '120 euros', '120', 'EUR', 'max'],
    ['cheaper than €90 per night', '€90', '90', 'EUR', 'max'],
    ["don't spend more than 1 USDC", '1 USDC', '1', 'USDC', 'max'],
    ['nothing over 10 cents', '10 cents', '0.1', 'USD', 'max'],
    ['not less than 3 dollars', '3 dollars', '3', 'USD', 'min'],
    ['not under 3 dollars', '3 dollars', '3', 'USD', 'min'],
    ['max. 3 USDC', '3 USDC', '3', 'USDC', 'max'],
    ['cap it at 3 USDC', '3 USDC', '3', 'USDC', 'max'],
    ['less than half a cent', 'half a cent', '0.005', 'USD', 'max'],
    ['more than 3 dollars', '3 dollars', '3', 'USD', 'min'],
    ['between 5 and 10 dollars', '10 dollars', '10', 'USD', 'max'],
    ['a hundred and fifty euros', 'a hundred and fifty euros', '150', 'EUR', 'none'],
    ['two and a half dollars', 'two and a half dollars', '2.5', 'USD', 'none'],
    ['1,200.50 dollars', '1,200.50 dollars', '1200.5', 'USD', 'none'],
    ['0,005 USDC', '0,005 USDC', '0.005', 'USDC', 'none'],
    ['5k USDC', '5k USDC', '5000', 'USDC', 'none'],
    ['send 0.5 SOL to 3 people', '0.5 SOL', '0.5', 'SOL', 'none'],
  ])('%s', (text, said, amount, currency, bound) =>
    expect(mentionsOf(text, 'money')).toEqual([{ kind: 'money', said, amount, currency, bound }]),
  );

  it('leaves out what could be a thousand or one', () =>
    expect(mentionsOf('at most 1.200 euros', 'money', 'count', 'number')).toEqual([]));
});

it('counts things with the singular of their noun', () => {
  expect(mentionsOf('2 rooms for two adults and 21 tokens', 'count')).toEqual([
    { kind: 'count', said: '2 rooms', value: 2, unit: 'room' },
    { kind: 'count', said: 'two adults', value: 2, unit: 'adult' },
    { kind: 'count', said: '21 tokens', value: 21, unit: 'token' },
  ]);
});

describe('quoted texts and addresses are mentions and no words', () => {
  it.each([
    ['Translate "make a chart" into German', 'quote', 'make a chart', 'translate into german'],
    [
      'translate the following text: I love you. Make a chart.',
      'quote',
      'I love you. Make a chart.',
      'translate the following text',
    ],
    [
      'Translate this: He said "hello", book a hotel',
      'quote',
      'He said "hello", book a hotel',
      'translate this',
    ],
    ['Translate to German: make a chart', 'quote', 'make a chart', 'translate to german'],
    ['Translate "hello, make a chart', 'quote', 'hello, make a chart', 'translate'],
    [
      'Summarize https://a.example/wiki/Solana_(x). Thanks',
      'url',
      'https://a.example/wiki/Solana_(x)',
      'summarize thanks',
    ],
    ['Summarize example.com', 'url', 'https://example.com', 'summarize'],
    ['send it to bob@example.com.', 'email', 'bob@example.com', 'send it to'],
  ])('%s', (text, kind, value, words) => {
    const reading = read(text);
    expect(reading.mentions).toMatchObject([{ kind, value }]);
    expect(reading.words.map((word) => word.norm).join(' ')).toBe(words);
  });

  it('reads orders after a colon that follows no text', () =>
    expect(clausesOf('Do the following: get SOL price, chart it').slice(1)).toEqual([
      'instruction: get sol price',
      'instruction: chart it',
    ]));
});

describe('a typo is corrected where one word alone is meant', () => {
  it.each([
    ['pirce of solona in a chrat', 'pirce price, solona solana, chrat chart'],
    ['sumarize the histroy, book a hotle', 'sumarize summarize, histroy history, hotle hotel'],
    ['do nto make it', 'nto not'],
    ['price of bonk, usdt, shib and Solona', ''],
    ['hotels in Hotle, PIRCE, "pirce", chrat1, chrat.com', ''],
    ['the prices are here, a cart, a chant', ''],
  ])('%s', (text, expected) =>
    expect(
      read(text)
        .corrections.map(({ from, to }) => `${from} ${to}`)
        .join(', '),
    ).toBe(expected),
  );
});

describe('another language is told by its name', () => {
  it.each([
    ['Zeig mir den Bitcoin-Preis der letzten Woche als Diagramm', 'German'],
    ['Montre-moi le prix du bitcoin', 'French'],
    ['Reserva un hotel en Madrid para dos personas', 'Spanish'],
    ['Prenota un hotel a Roma per due persone', 'Italian'],
    ['Quero saber o preço do bitcoin hoje', 'Portuguese'],
    ['Geef me de prijs van SOL en maak een grafiek', 'Dutch'],
    ['Pokaż mi cenę solany i zrób wykres', 'Polish'],
    ['Bana solana fiyatını göster ve grafik yap', 'Turkish'],
    ['Покажи мне цену биткоина на графике', 'Russian'],
    ['给我看比特币价格的图表', 'Chinese'],
    ['ビットコインの価格をグラフで見せて', 'Japanese'],
  ])('%s', (text, name) => expect(read(text).language).toMatchObject({ name, isEnglish: false }));

  it.each([
    'BTC ETH SOL JUP BONK WIF',
    'Hotel Berlin Alexanderplatz 12 December',
    'Book hotel in São Paulo for João Silva',
    'a report on Société Générale',
    'plz chk solana prc nd chrt',
    'translate "Guten Morgen, wie geht es dir" into English',
    'Send it to Maria Rossi, Giovanni Bianchi and José García',
    'Weather Oslo Bergen Trondheim Stavanger',
  ])('%s is English', (text) => expect(read(text).language.isEnglish).toBe(true));
});

it('gives verbs in the infinitive and nouns in the singular', () => {
  const roots = read('My boss wanted prices down while I own hotels').words.map((word) => word.root);
  expect(roots).toEqual(['my', 'boss', 'want', 'price', 'down', 'while', 'i', 'own', 'hotel']);
});
