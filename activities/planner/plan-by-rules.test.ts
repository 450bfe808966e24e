import { describe, expect, it } from 'vitest';
import type { UnhashedPlan } from '../../domain/plan/assemble.ts';
import { lookUp, SYMBOLS } from '../../tests/corpus/catalogue.ts';
import { sampleBook, sampleCatalogue } from '../../tests/support/sample-catalogue.ts';
import { planByRules, type RuleRequest } from './plan-by-rules.ts';

const services = sampleCatalogue();
const plan = (request: string, more: Partial<RuleRequest> & { maxCost?: string } = {}) => {
  const { maxCost, ...rest } = more;
  return planByRules(request, {
    today: '2026-12-01',
    context: {
      services,
      book: sampleBook,
      codes: ['SOL', 'USDC'],
      ...(maxCost !== undefined && { maxCost }),
    },
    lookup: lookUp,
    ...rest,
  });
};

async function planOf(request: string, more: Partial<RuleRequest> = {}): Promise<UnhashedPlan> {
  const outcome = await plan(request, more);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.plan;
}

/** A plan as "service <- what it uses": what matters of it, in order. */
const sketch = ({ steps }: UnhashedPlan): string[] =>
  steps.map((step) => {
    const what = step.serviceId ?? (typeof step.params['op'] === 'string' ? step.params['op'] : step.type);
    return step.dependencies.length === 0 ? what : `${what} <- ${step.dependencies.join(', ')}`;
  });

const questionsOf = async (request: string, more: Partial<RuleRequest> = {}) => {
  const outcome = await plan(request, more);
  return !outcome.ok && outcome.code === 'NEEDS_DETAIL' ? outcome.understanding.questions : [];
};

describe('what is asked for is planned', () => {
  it.each([
    [
      'Compare ETH and BTC prices and chart the result',
      [
        'price-history',
        'price-history',
        'identity <- price_history_eth, price_history_btc',
        'line-chart <- price_history_eth',
        'line-chart <- price_history_btc',
      ],
    ],
    [
      'Get the price history of BTC for the last 2 weeks, chart it, and write a report',
      [
        'price-history',
        'line-chart <- price_history_btc',
        'template <- line_chart_btc',
        'report-composer <- sections_input',
      ],
    ],
    [
      'Summarize the following text in 2 sentences: Solana rose today. Traders were happy. Nobody complained.',
      ['text-summary'],
    ],
    [
      'Forecast the price of ETH for the next 7 days based on the last 90 days',
      ['price-history', 'series-forecast <- price_history_eth'],
    ],
    [
      'Compute the average price of SOL over the last 7 days',
      ['price-history', 'series-statistics <- price_history_sol'],
    ],
    [
      'Get the credit rating of Example Ltd and summarize it',
      ['credit-rating', 'text-summary <- credit_rating'],
    ],
    [
      '1. Fetch SOL prices for 14 days\n2. Compute statistics\n3. Draw a chart',
      ['price-history', 'series-statistics <- price_history_sol', 'line-chart <- price_history_sol'],
    ],
  ])('%s', async (request, expected) => expect(sketch(await planOf(request))).toEqual(expected));

  it('a plan has the places, dates and numbers that were said, and an undo', async () => {
    const [booking] = (await planOf('Book a hotel room in Lisbon for 3 nights starting January 10, 2027'))
      .steps;
    expect(booking?.params).toEqual({ city: 'Lisbon', checkIn: '2027-01-10', nights: 3 });
    expect(booking?.compensation?.inputMapping).toEqual({ bookingId: 'hotel_booking.bookingId' });
  });

  it('branches look at what was fetched, and say by which number a series is compared', async () => {
    const { steps, understanding } = await planOf(
      "If the price of SOL is above 100 then create a chart otherwise summarise the text 'SOL is cheap today. Buy some.'",
    );
    expect(steps.find(({ type }) => type === 'conditional')?.params).toEqual({
      left: 'avg_price_history_sol',
      operator: 'gt',
      right: 100,
      then: 'line_chart_sol',
      else: 'text_summary',
    });
    expect(steps.at(-1)?.params).toEqual({ text: 'SOL is cheap today. Buy some.' });
    expect(understanding?.assumptions).toContainEqual({
      field: 'left',
      value: 'avg of Token Price History (SOL)',
      why: 'a series is compared by one number',
      step: 'avg_price_history_sol',
    });
  });

  it('takes a cheaper service where the maximum asks for it', async () => {
    const history = services.find((service) => service.id === 'price-history')!;
    const cheap = {
      ...history,
      id: 'cheap-history',
      url: 'https://cheap.example/',
      reputationScore: 6000,
      pricePerCall: '0.005',
      accepts: [{ ...history.accepts[0]!, amount: '5000' }],
    };
    const context = { services: [...services, cheap], book: sampleBook, codes: ['USDC'] };
    const request = 'Get the price history of SOL for 10 days';
    expect((await planOf(request, { context })).steps[0]?.serviceId).toBe('price-history');
    expect((await planOf(request, { context: { ...context, maxCost: '0.01' } })).steps[0]?.serviceId).toBe(
      'cheap-history',
    );
  });
});

describe('what was understood', () => {
  it('shows typos as they were read, and the default of a service as assumed', async () => {
    const { understanding } = await planOf('pirce of solana and make a chrat');
    expect(understanding?.corrections.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'pirce → price',
      'chrat → chart',
    ]);
    expect(understanding?.assumptions).toContainEqual({
      field: 'days',
      value: 30,
      why: 'the default of Token Price History',
      step: 'price_history_sol',
    });
  });

  it('names what no service does, and plans the rest', async () => {
    const { understanding, steps } = await planOf(
      'translate this, and book a hotel in Munich on 10 January 2027',
    );
    expect(understanding?.parts.filter(({ as }) => as === 'unavailable').map(({ text }) => text)).toEqual([
      'translate this',
    ]);
    expect(steps.map(({ serviceId }) => serviceId)).toEqual(['hotel-booking']);
  });
});

describe('what decides is asked for', () => {
  it('an unknown symbol comes back with those that exist', async () => {
    const [question] = await questionsOf('price of DOGE2000');
    expect(question).toMatchObject({
      field: 'symbol',
      type: 'choice',
      choices: SYMBOLS.symbols.map(({ symbol }) => symbol),
      service: 'price-history',
    });
    expect(question?.question).toContain('"DOGE2000"');
  });

  it('answers lead to the plan, and a wrong answer asks again', async () => {
    const request = 'Book a hotel in Prague for two people';
    expect((await questionsOf(request)).map(({ field }) => field)).toEqual(['checkIn', 'go_on_without']);
    const answers = { checkIn: '2027-01-10', go_on_without: true };
    expect((await planOf(request, { answers })).steps[0]?.params).toEqual({
      city: 'Prague',
      checkIn: '2027-01-10',
    });
    expect(
      (await questionsOf(request, { answers: { ...answers, go_on_without: false } })).map(
        ({ field }) => field,
      ),
    ).toEqual(['go_on_without']);
  });

  it('another language is recognised, and an English request takes its place', async () => {
    const request = 'Zeig mir den Bitcoin-Preis der letzten 30 Tage als Diagramm';
    expect((await questionsOf(request))[0]).toMatchObject({
      field: 'request',
      question: expect.stringContaining('German'),
    });
    expect(sketch(await planOf(request, { answers: { request: 'Chart bitcoin over 30 days' } }))).toEqual([
      'price-history',
      'line-chart <- price_history_btc',
    ]);
  });
});

describe('limits', () => {
  it('in words bind, and the lower of words and fields wins', async () => {
    expect(await plan('Get the SOL price and chart it, not more than 5 cents')).toMatchObject({
      ok: false,
      code: 'MAX_COST_EXCEEDED',
    });
    const outcome = await plan('Get the SOL price, at most 2 USDC', { maxCost: '0.5' });
    expect(outcome).toMatchObject({
      ok: true,
      limits: { maxCost: { amount: '2', asset: 'USDC' } },
      plan: { limits: { maxTotalAmount: '500000' } },
    });
  });
});

describe('what nothing does is refused', () => {
  it('and taught: what exists, what is near with what it needs, a sentence that plans', async () => {
    const outcome = await plan('Fetch blockchain data about wallets');
    expect(outcome).toMatchObject({ ok: false, code: 'NO_SERVICE' });
    const details = 'details' in outcome ? outcome.details : {};
    expect(Object.keys(details['services'] as object)).toContain('market-data');
    expect((await planOf(String(details['example']))).steps.length).toBeGreaterThan(0);
  });

  it.each([
    'Make me a sandwich with cheese',
    'Translate "hello" into German',
    'Summarize https://example.com/page about Solana',
    'asdf qwer zxcv 12345 ....',
    'Analyze last 30 days of Solana DEX volume and create trend report',
  ])('%s', async (request) => expect(await plan(request)).toMatchObject({ ok: false, code: 'NO_SERVICE' }));

  it('"What can you do?" is answered by what exists', async () => {
    expect(await plan('What can you do?')).toMatchObject({
      ok: false,
      code: 'NO_SERVICE',
      message: expect.stringContaining('Token Price History (0.05 USDC)'),
    });
  });
});
