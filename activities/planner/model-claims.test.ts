import { describe, expect, it } from 'vitest';
import type { AssembleContext } from '../../domain/plan/assemble.ts';
import type { Reading } from '../../domain/plan/understanding/reading.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { durationOf, moneyOf, readingOf, spanOf } from '../../tests/support/reading-of.ts';
import { modelCall, modelPlan, standInModel } from '../../tests/support/model-plan.ts';
import { sampleBook, sampleCatalogue } from '../../tests/support/sample-catalogue.ts';
import type { ModelPlan } from './model-schema.ts';
import { askForPlan } from './plan-with-model.ts';

const services = sampleCatalogue();
const context: AssembleContext = { services, book: sampleBook, codes: ['USDC'] };

const run = (
  reading: Reading,
  plans: ModelPlan[],
  answers?: JsonObject,
  over: Partial<AssembleContext> = {},
) => {
  const model = standInModel(...plans);
  const task = { input: reading.text, today: reading.today, reading, context: { ...context, ...over } };
  return askForPlan(model.ask, answers === undefined ? task : { ...task, answers }).then((outcome) => ({
    outcome,
    ...model,
  }));
};

const SOL = 'Get the price history of Solana';
const sol = (params: { [name: string]: unknown } = { symbol: 'SOL' }): ModelPlan =>
  modelPlan(SOL, [modelCall('price-history', params)]);

const understood = (outcome: Awaited<ReturnType<typeof askForPlan>>) => {
  if (outcome.kind !== 'planned') throw new Error(JSON.stringify(outcome));
  return outcome.plan.understanding!;
};

describe('what a model says it understood', () => {
  it('is kept with the spans that we find, and every word of the request is in a part or ignored', async () => {
    const { outcome } = await run(readingOf(SOL), [sol()]);
    expect(outcome).toMatchObject({ kind: 'planned', intent: { confidence: 0.95 }, limits: {} });
    expect(understood(outcome)).toEqual({
      parts: [
        { text: SOL, span: [0, SOL.length], as: 'task', step: 'price-history' },
        {
          text: 'Solana',
          span: spanOf(SOL, 'Solana'),
          as: 'value',
          step: 'price-history',
          field: 'symbol',
          value: 'SOL',
        },
      ],
      assumptions: [],
      ignored: [],
      corrections: [],
      questions: [],
    });
  });

  it('is fed back once when a passage is not in the request, and refused the second time', async () => {
    const wrong = modelPlan('Buy everything there is', [modelCall('price-history', { symbol: 'SOL' })]);
    const corrected = await run(readingOf(SOL), [wrong, sol()]);
    expect(corrected.outcome.kind).toBe('planned');
    expect(corrected.told[1]).toContain('The passage "Buy everything there is" is not in the request');
    const insisting = await run(readingOf(SOL), [wrong]);
    expect(insisting.outcome).toMatchObject({ kind: 'refused', problem: { code: 'PLAN_INVALID' } });
    expect(insisting.calls()).toBe(2);
  });

  it('shows words that no part accounts for as ignored, and is less sure then', async () => {
    const text = `${SOL} with fireworks`;
    const { outcome } = await run(readingOf(text), [sol()]);
    expect(understood(outcome).ignored).toEqual([
      { text: 'with fireworks', span: spanOf(text, 'with fireworks') },
    ]);
    expect(outcome).toMatchObject({ intent: { confidence: 0.85 } });
  });

  it('does not hide a second wish behind one long passage', async () => {
    const text = 'Get the price history of Solana and book a hotel';
    const clauses = [
      { span: [0, 31] as [number, number], mood: 'instruction' as const },
      { span: [32, text.length] as [number, number], mood: 'instruction' as const },
    ];
    const plan = modelPlan(text, [modelCall('price-history', { symbol: 'SOL' })]);
    const { outcome } = await run(readingOf(text, { clauses }), [plan]);
    expect(understood(outcome).ignored.map((one) => one.text)).toEqual(['and book a hotel']);
    const asContext = {
      ...sol(),
      parts: [...sol().parts, { text: 'book a hotel', as: 'context' as const, step: null, field: null }],
    };
    const told = await run(readingOf(text, { clauses }), [asContext]);
    expect(understood(told.outcome).ignored.map((one) => one.text)).toContain('and book a hotel');
  });

  it('lists what it assumed, also what the model does not list', async () => {
    const plan = {
      ...sol({ symbol: 'SOL', days: 90 }),
      assumptions: [{ step: 'price-history', field: 'days', why: 'a <b>quarter</b>' }],
    };
    const { outcome } = await run(readingOf(SOL), [plan]);
    expect(understood(outcome).assumptions).toEqual([
      { step: 'price-history', field: 'days', value: 90, why: 'a ‹b›quarter‹/b›' },
    ]);
    expect(outcome).toMatchObject({ intent: { confidence: 0.85 } });
    const silent = await run(readingOf(SOL), [sol({ symbol: 'SOL', days: 90 })]);
    expect(understood(silent.outcome).assumptions).toMatchObject([{ field: 'days', value: 90 }]);
  });

  it('names work that no service does', async () => {
    const text = `${SOL}, then sing it`;
    const parts = [
      ...sol().parts,
      { text: 'then sing it', as: 'unavailable' as const, step: null, field: null },
    ];
    const { outcome } = await run(readingOf(text), [{ ...sol(), parts }]);
    expect(understood(outcome).parts).toContainEqual({
      text: 'then sing it',
      span: spanOf(text, 'then sing it'),
      as: 'unavailable',
    });
    const none = await run(readingOf('sing it'), [
      modelPlan('', [], { parts: [{ text: 'sing it', as: 'unavailable', step: null, field: null }] }),
    ]);
    expect(none.outcome).toMatchObject({ kind: 'refused', problem: { code: 'NO_SERVICE' } });
  });
});

describe('a value that decides what is bought', () => {
  it.each([
    ['another symbol', 'Get the price history of Solana', 'price-history', { symbol: 'BTC' }, 'symbol'],
    ['a symbol out of nothing', 'Get a price history', 'price-history', { symbol: 'SOL' }, 'symbol'],
    ['a company', 'Get a credit rating', 'credit-rating', { company: 'Acme' }, 'company'],
    ['a place', 'Book a hotel', 'hotel-booking', { city: 'Paris', checkIn: '2026-12-12' }, 'city'],
    ['a text', 'Summarize the news', 'text-summary', { text: 'the news' }, 'text'],
    [
      'a text that is the wish itself',
      'Summarize the latest news about Solana',
      'text-summary',
      { text: 'Summarize the latest news about Solana' },
      'text',
    ],
    [
      'one inside an object',
      'Compose a report',
      'report-composer',
      { data: { recipient: 'Mallory' } },
      'data',
    ],
  ])('is asked for when it is %s', async (_, text, service, params, field) => {
    const { outcome } = await run(readingOf(text), [modelPlan(text, [modelCall(service, params)])]);
    expect(outcome).toMatchObject({ kind: 'needs_detail' });
    const questions = outcome.kind === 'needs_detail' ? outcome.understanding.questions : [];
    expect(questions.map((one) => one.field)).toContain(field);
    expect(questions[0]).toMatchObject({ service, type: 'text' });
  });

  it('is taken from the answer of a person, in the forms that people use', async () => {
    const text = 'Get a price history';
    const plan = (symbol: string) => modelPlan(text, [modelCall('price-history', { symbol })]);
    const answered = await run(readingOf(text), [plan('SOL')], { symbol: 'Solana' });
    expect(answered.outcome.kind).toBe('planned');
    expect(answered.told[0]).toContain('"answers":{"symbol":"Solana"}');
    expect((await run(readingOf(text), [plan('BTC')], { symbol: 'Solana' })).outcome.kind).toBe(
      'needs_detail',
    );
  });

  it('is a day that the request names, in its place', async () => {
    const text = 'Book a hotel in Paris from 12 to 15 December';
    const mentions = [
      {
        kind: 'date' as const,
        span: spanOf(text, '12 to 15 December'),
        from: '2026-12-12',
        to: '2026-12-15',
        isCertain: true,
      },
    ];
    const book = (params: { [name: string]: unknown }) =>
      modelPlan('Book a hotel', [modelCall('hotel-booking', { city: 'Paris', ...params })]);
    const reading = readingOf(text, { mentions });
    const right = await run(reading, [book({ checkIn: '2026-12-12', nights: 3 })]);
    expect(understood(right.outcome).ignored).toEqual([]);
    expect(right.calls()).toBe(1);
    expect((await run(reading, [book({ checkIn: '2026-12-15', nights: 3 })])).outcome.kind).toBe(
      'needs_detail',
    );
    expect((await run(reading, [book({ checkIn: '2026-12-12', nights: 2 })])).outcome.kind).toBe(
      'needs_detail',
    );
    const half = await run(reading, [
      book({ checkIn: '2026-12-12' }),
      book({ checkIn: '2026-12-12', nights: 3 }),
    ]);
    expect(half.told[1]).toContain('No step uses "12 to 15 December"');
    expect(half.outcome).toMatchObject({ kind: 'planned', plan: { steps: [{ params: { nights: 3 } }] } });
  });

  it('is asked about when no service takes it, and the answer counts', async () => {
    const text = 'Book a hotel in Paris on 12 December for two people';
    const mentions = [
      {
        kind: 'date' as const,
        span: spanOf(text, '12 December'),
        from: '2026-12-12',
        isCertain: true,
      },
      { kind: 'count' as const, span: spanOf(text, 'two people'), value: 2, unit: 'person' },
    ];
    const plan = modelPlan('Book a hotel', [
      modelCall('hotel-booking', { city: 'Paris', checkIn: '2026-12-12' }),
    ]);
    const reading = readingOf(text, { mentions });
    const asked = await run(reading, [plan]);
    expect(asked.told[1]).toContain('No step uses "two people"');
    expect(asked.outcome).toMatchObject({
      kind: 'needs_detail',
      understanding: { questions: [{ field: 'without_two_people', type: 'boolean' }] },
    });
    expect((await run(reading, [plan], { without_two_people: true })).outcome.kind).toBe('planned');
    expect((await run(reading, [plan], { without_two_people: false })).outcome).toMatchObject({
      kind: 'refused',
      problem: { code: 'NO_SERVICE' },
    });
  });

  it('does not come through a template either', async () => {
    const text = 'Get a price history';
    const template = modelCall(
      'x',
      {},
      {
        id: 't',
        type: 'data_transform',
        serviceId: null,
        outputKey: 't',
        params: [
          { name: 'op', json: '"template"' },
          { name: 'template', json: '"BTC"' },
        ],
      },
    );
    const call = modelCall(
      'price-history',
      {},
      { inputMapping: [{ param: 'symbol', from: 't' }], dependencies: ['t'] },
    );
    const { outcome } = await run(readingOf(text), [modelPlan(text, [template, call])]);
    expect(outcome).toMatchObject({
      kind: 'needs_detail',
      understanding: { questions: [{ field: 'symbol' }] },
    });
  });

  it('is no number of something else', async () => {
    const text = 'Forecast 7 prices of Solana under 5 cents';
    const mentions = [moneyOf(text, '5 cents', '0.05', 'USD', 'max')];
    const plan = modelPlan(text, [modelCall('price-history', { symbol: 'SOL', amount: 5 })]);
    expect((await run(readingOf(text, { mentions }), [plan])).outcome).toMatchObject({
      kind: 'needs_detail',
      understanding: { questions: [{ field: 'amount' }] },
    });
  });

  it('is asked for when the model leaves a required param out twice', async () => {
    const { outcome, calls } = await run(readingOf('Get a price history'), [
      modelPlan('Get a price history', [modelCall('price-history', {})]),
    ]);
    expect(outcome).toMatchObject({
      kind: 'needs_detail',
      understanding: { questions: [{ field: 'symbol' }] },
    });
    expect(calls()).toBe(2);
  });
});

describe('limits in words', () => {
  const text = `${SOL} under 2 cents`;
  const mentions = [moneyOf(text, 'under 2 cents', '0.02', 'USD', 'max')];

  it('bind whatever the model says, and a plan that exceeds them is refused', async () => {
    const free = { ...sol(), limits: { ...sol().limits, maxCost: { amount: '100', asset: 'USDC' } } };
    const { outcome, told } = await run(readingOf(text, { mentions }), [free]);
    expect(told[0]).toContain('at most 0.02 USDC');
    expect(outcome).toMatchObject({ kind: 'refused', problem: { code: 'MAX_COST_EXCEEDED' } });
  });

  it('come with the plan, the lower one of both', async () => {
    const roomy = `${SOL} under 90 cents`;
    const reading = readingOf(roomy, { mentions: [moneyOf(roomy, 'under 90 cents', '0.9', 'USD', 'max')] });
    const { outcome } = await run(reading, [sol()], undefined, { maxCost: '0.5' });
    expect(outcome).toMatchObject({
      kind: 'planned',
      limits: { maxCost: { amount: '0.9', asset: 'USDC' } },
      plan: { limits: { maxTotalAmount: '500000' } },
    });
  });

  it('keep sellers out of what the model is shown', async () => {
    const verified = await run(readingOf('Get a credit rating of Acme, only verified services'), [sol()]);
    expect(verified.told[0]).not.toContain('"id":"credit-rating"');
    expect(verified.told[0]).toContain('"id":"price-history"');
    const without = await run(readingOf(`${SOL}, not from Token Price History`), [sol()]);
    expect(without.told[0]).not.toContain('"id":"price-history"');
    expect(without.outcome.kind).toBe('refused');
  });

  it('in another currency are asked about, and the answer binds', async () => {
    const euros = `${SOL} for at most 5 euros`;
    const reading = readingOf(euros, { mentions: [moneyOf(euros, '5 euros', '5', 'EUR')] });
    const asked = await run(reading, [sol()]);
    expect(asked.outcome).toMatchObject({
      kind: 'needs_detail',
      understanding: { questions: [{ field: 'maxCost' }] },
    });
    const answered = await run(reading, [sol()], { maxCost: '0.4' });
    expect(answered.outcome).toMatchObject({
      kind: 'planned',
      limits: { maxCost: { amount: '0.4', asset: 'USDC' } },
      plan: { limits: { maxTotalAmount: '400000' } },
    });
  });

  it('say how long it may take', async () => {
    const quick = `${SOL} within an hour`;
    const time = [
      durationOf(quick, 'within an hour', { days: 1 / 24, unit: 'hour', count: 1, when: 'future' }),
    ];
    const { outcome } = await run(readingOf(quick, { mentions: time }), [sol()]);
    expect(outcome).toMatchObject({ kind: 'planned', limits: { maxTimeMs: 3_600_000 } });
  });
});

describe('what the request does not want', () => {
  const text = 'Get the price history of Solana, do not make a chart';
  const clauses = [
    { span: [0, 31] as [number, number], mood: 'instruction' as const },
    { span: [33, text.length] as [number, number], mood: 'instruction' as const, isNegated: true },
  ];
  const chart = modelCall(
    'line-chart',
    {},
    {
      inputMapping: [{ param: 'series', from: 'price_history.series' }],
      dependencies: ['price-history'],
    },
  );

  it('is not bought, whatever passage the model quotes for it', async () => {
    const plan = modelPlan(SOL, [modelCall('price-history', { symbol: 'SOL' }), chart]);
    const insisting = await run(readingOf(text, { clauses }), [plan]);
    expect(insisting.outcome).toMatchObject({ kind: 'refused', problem: { code: 'PLAN_INVALID' } });
    expect(insisting.told[1]).toContain(
      'Step "line-chart" does what the request does not want: "do not make a chart"',
    );
    const corrected = await run(readingOf(text, { clauses }), [plan, sol()]);
    expect(understood(corrected.outcome).parts).toContainEqual({
      text: 'do not make a chart',
      span: [33, text.length],
      as: 'excluded',
    });
  });

  it('is no work when it only limits: the values of that clause are said', async () => {
    const said = "Don't spend more than 90 cents on the price history of Solana";
    const reading = readingOf(said, {
      clauses: [{ span: [0, said.length], mood: 'instruction', isNegated: true }],
      mentions: [moneyOf(said, '90 cents', '0.9', 'USD', 'max')],
    });
    const plan = modelPlan('the price history', [modelCall('price-history', { symbol: 'SOL' })]);
    expect((await run(reading, [plan])).outcome).toMatchObject({
      kind: 'planned',
      limits: { maxCost: { amount: '0.9', asset: 'USDC' } },
    });
  });

  it('gives no value', async () => {
    const said = 'Get the price history of Solana, not of Bitcoin';
    const plan = modelPlan(SOL, [modelCall('price-history', { symbol: 'BTC' })]);
    const reading = readingOf(said, {
      clauses: [clauses[0]!, { span: [33, said.length], mood: 'fragment', isNegated: true }],
    });
    expect((await run(reading, [plan])).outcome.kind).toBe('needs_detail');
  });
});
