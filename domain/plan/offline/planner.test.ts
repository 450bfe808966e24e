import { describe, expect, it } from 'vitest';
import { sampleBook, sampleCatalogue } from '../../../tests/support/sample-catalogue.ts';
import type { UnhashedPlan } from '../assemble.ts';
import { makeOfflinePlan } from '../make-plan.ts';

const services = sampleCatalogue();
const outcomeOf = (request: string, maxCost?: string) =>
  makeOfflinePlan(request, '2025-11-21', {
    services,
    book: sampleBook,
    codes: ['SOL', 'USDC'],
    ...(maxCost === undefined ? {} : { maxCost }),
  });

function planOf(request: string): UnhashedPlan {
  const outcome = outcomeOf(request);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.plan;
}

/** A plan as "service(params) <- what it uses": what matters of it, in order. */
const sketch = (plan: UnhashedPlan): string[] =>
  plan.steps.map((step) => {
    const what = step.serviceId ?? (typeof step.params['op'] === 'string' ? step.params['op'] : step.type);
    return step.dependencies.length === 0 ? what : `${what} <- ${step.dependencies.join(', ')}`;
  });

describe('requests the documents name', () => {
  it('analyzes thirty days of Solana DEX volume and reports the trend', () => {
    const plan = planOf('Analyze last 30 days of Solana DEX volume and create trend report');
    expect(sketch(plan)).toEqual([
      'price-history',
      'series-statistics <- price_history_sol',
      'template <- series_statistics_sol',
      'report-composer <- sections_input',
    ]);
    expect(plan.steps[0]?.params).toEqual({ symbol: 'SOL', days: 30 });
    expect(plan.steps[1]?.inputMapping).toEqual({ series: 'price_history_sol.series' });
  });

  it('fetches blockchain data and analyzes trends', () => {
    expect(sketch(planOf('Fetch blockchain data and analyze trends'))).toEqual([
      'price-history',
      'series-statistics <- price_history',
    ]);
  });
});

describe('fan-out', () => {
  it('compares two assets side by side and charts both', () => {
    const plan = planOf('Compare ETH and BTC prices and chart the result');
    expect(plan.parallelGroups[0]).toEqual(['price_history_eth', 'price_history_btc']);
    expect(sketch(plan)).toContain('identity <- series_statistics_eth, series_statistics_btc');
    expect(sketch(plan)).toContain('line-chart <- price_history_btc');
  });

  it('compares three assets and ends in one report', () => {
    const plan = planOf('Compare the volatility of SOL, ETH and BTC over 60 days and make a report');
    expect(plan.parallelGroups[0]).toHaveLength(3);
    expect(sketch(plan).at(-1)).toBe('report-composer <- sections_input');
  });
});

describe('bookings', () => {
  it('books and summarises the confirmation, with an undo', () => {
    const plan = planOf('Book a meeting room in Berlin and summarise the confirmation');
    expect(sketch(plan)).toEqual(['hotel-booking', 'text-summary <- hotel_booking']);
    expect(plan.steps[0]?.params).toMatchObject({ city: 'Berlin', checkIn: '2025-11-22' });
    expect(plan.steps[0]?.compensation?.inputMapping).toEqual({ bookingId: 'hotel_booking.bookingId' });
  });

  it('reads places, dates and nights', () => {
    const plan = planOf(
      'Book a hotel room in Lisbon for 3 nights starting January 10, 2027 and then compose a report of the booking',
    );
    expect(plan.steps[0]?.params).toEqual({ city: 'Lisbon', checkIn: '2027-01-10', nights: 3 });
  });
});

describe('conditions', () => {
  it('branches on a price', () => {
    const plan = planOf(
      "If the price of SOL is above 100 then create a chart otherwise summarise the text 'SOL is cheap today. Buy some.'",
    );
    const check = plan.steps.find((step) => step.type === 'conditional');
    expect(check?.params).toEqual({
      left: 'avg_price_history_sol',
      operator: 'gt',
      right: 100,
      then: 'line_chart_sol',
      else: 'text_summary',
    });
    expect(plan.steps.at(-1)?.params).toEqual({ text: 'SOL is cheap today. Buy some.' });
  });

  it('branches on a mood', () => {
    const plan = planOf(
      'If the sentiment of "markets crash badly" is negative, chart the SOL price, otherwise write a report about SOL',
    );
    expect(plan.steps[1]?.params).toMatchObject({
      left: 'sentiment.sentiment',
      operator: 'eq',
      right: 'negative',
    });
  });

  it('understands a condition at the end', () => {
    expect(sketch(planOf('Create a chart of SOL if the price of SOL is above 150')).at(-1)).toBe(
      'line-chart <- price_history_sol, condition',
    );
  });

  it('joins the branches for what comes after them', () => {
    const plan = planOf(
      'Analyze the trend of ETH; if the slope is greater than 0 then forecast the next 5 days, then write a summary report',
    );
    expect(plan.steps.find((step) => step.type === 'conditional')?.params).toMatchObject({
      left: 'series_statistics_eth.trend.slope',
      operator: 'gt',
      right: 0,
    });
    expect(plan.steps.find((step) => step.serviceId === 'series-forecast')?.params).toEqual({ steps: 5 });
  });
});

describe('other requests', () => {
  it.each([
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
    ['What is the sentiment of "Great gains and strong growth this quarter"?', ['sentiment']],
    [
      'Forecast the price of ETH for the next 7 days based on the last 90 days',
      ['price-history', 'series-forecast <- price_history_eth'],
    ],
    ['Get the exchange rate between SOL and USDC', ['exchange-rate']],
    [
      'Compute the average price of SOL over the last 7 days',
      ['price-history', 'series-statistics <- price_history_sol'],
    ],
    [
      'Extract keywords from "decentralised exchanges grow fast" and create a report titled "DEX words"',
      ['sentiment', 'template <- sentiment', 'report-composer <- sections_input'],
    ],
    ['List the available token symbols', ['token-symbols']],
    [
      'Show me a chart of Cardano prices for the past month',
      ['price-history', 'line-chart <- price_history_ada'],
    ],
    [
      'Get the credit rating of Example Ltd and summarize it',
      ['credit-rating', 'text-summary <- credit_rating'],
    ],
    [
      'Plot bitcoin over the last year and also analyze its volatility',
      ['price-history', 'line-chart <- price_history_btc', 'series-statistics <- price_history_btc'],
    ],
    [
      '1. Fetch SOL prices for 14 days\n2. Compute statistics\n3. Draw a chart\n4. Compose a report with everything',
      [
        'price-history',
        'series-statistics <- price_history_sol',
        'line-chart <- price_history_sol',
        'template <- series_statistics_sol, line_chart_sol',
        'report-composer <- sections_input',
      ],
    ],
    [
      'Analyze the sentiment of "the launch went great" and summarise the findings',
      ['sentiment', 'text-summary <- sentiment'],
    ],
    ['Please visualise ETH for the past 10 days', ['price-history', 'line-chart <- price_history_eth']],
  ])('plans: %s', (request, expected) => expect(sketch(planOf(request))).toEqual(expected));

  it('reads what the request names', () => {
    const outcome = outcomeOf('Forecast the price of ETH for the next 7 days based on the last 90 days');
    expect(outcome.ok && outcome.intent).toMatchObject({
      classification: 'data_analysis',
      entities: { symbols: ['ETH'], timeWindowDays: 90, horizonDays: 7 },
      requiredCapabilities: ['price', 'history', 'forecast', 'prediction'],
    });
  });

  it.each([
    'Make me a sandwich with cheese',
    'Translate "hello" into German',
    'Get SOL prices and email them to me',
    'asdf qwer zxcv 12345 ....',
  ])('finds no service for: %s', (request) =>
    expect(outcomeOf(request)).toMatchObject({ ok: false, code: 'NO_SERVICE' }),
  );

  it('refuses what costs more than the maximum', () => {
    expect(outcomeOf('Fetch SOL prices and write a report', '0.01')).toMatchObject({
      ok: false,
      code: 'MAX_COST_EXCEEDED',
    });
  });

  it('takes a cheaper service where the maximum asks for it', () => {
    const history = services.find((service) => service.id === 'price-history')!;
    const cheap = {
      ...history,
      id: 'cheap-history',
      url: 'https://cheap.example/',
      reputationScore: 6000,
      accepts: [{ ...history.accepts[0]!, amount: '5000' }],
      pricePerCall: '0.005',
    };
    const context = { services: [...services, cheap], book: sampleBook, codes: ['USDC'] };
    const request = 'Get the price history of SOL for 10 days';
    const [free, bound] = [
      makeOfflinePlan(request, '2025-11-21', context),
      makeOfflinePlan(request, '2025-11-21', { ...context, maxCost: '0.01' }),
    ];
    expect(free.ok && free.plan.steps[0]?.serviceId).toBe('price-history');
    expect(bound.ok && bound.plan.steps[0]?.serviceId).toBe('cheap-history');
  });
});
