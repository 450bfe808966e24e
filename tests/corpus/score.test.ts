import { describe, expect, it } from 'vitest';
import type { PlanStep } from '../../domain/plan/plan.ts';
import type { Understanding, WordLimits } from '../../domain/plan/understanding/understanding.ts';
import { DEFAULT_RETRY } from '../../domain/plan/draft.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { sampleCatalogue } from '../support/sample-catalogue.ts';
import { uncovered } from './coverage.ts';
import type { Outcome } from './outcome.ts';
import { calibration, judge, scoreAll } from './score.ts';
import {
  ask,
  askAny,
  chart,
  hotel,
  noService,
  plan,
  price,
  rate,
  summary,
  tooDear,
  type Wish,
} from './sentence.ts';

const services = sampleCatalogue();
const nothingUnderstood: Understanding = {
  parts: [],
  assumptions: [],
  ignored: [],
  corrections: [],
  questions: [],
};

const step = (serviceId: string, params: JsonObject, cost = '50000'): PlanStep => ({
  id: serviceId,
  type: 'service_call',
  serviceId,
  serviceName: serviceId,
  action: 'do it',
  params,
  outputKey: serviceId,
  dependencies: [],
  parallelizable: true,
  estimatedCost: cost,
  estimatedTime: 1,
  maxPrice: cost,
  retryPolicy: DEFAULT_RETRY,
});

const planned = (
  steps: PlanStep[],
  more: { limits?: WordLimits; understanding?: Understanding } = {},
): Outcome => {
  const { limits, understanding = nothingUnderstood } = more;
  const totalEstimatedCost = steps
    .reduce((sum, { estimatedCost }) => sum + BigInt(estimatedCost), 0n)
    .toString();
  return {
    ok: true,
    plan: { steps, totalEstimatedCost, decimals: 6, understanding },
    intent: { confidence: 0.95 },
    ...(limits === undefined ? {} : { limits }),
  };
};

const asking = (...fields: string[]): Outcome => ({
  ok: false,
  code: 'NEEDS_DETAIL',
  message: 'Say more.',
  understanding: {
    ...nothingUnderstood,
    questions: fields.map((field) => ({ field, question: `Which ${field}?`, type: 'text' })),
  },
});

const verdictOf = (outcome: Outcome, ...expected: Wish[]): string =>
  judge({ kind: 'test', say: 'said', expect: expected }, outcome, services).verdict;

const solana = step('price-history', { symbol: 'SOL', days: 30 });

describe('a plan', () => {
  it('is right where it buys what is wanted, whatever free steps it has', () => {
    expect(verdictOf(planned([solana, step('token-symbols', {}, '0')]), plan(price('SOL', 30)))).toBe(
      'right plan',
    );
  });

  it('is a wrong purchase with a service more, with another value, and with a value that nobody gave', () => {
    const booking = step('hotel-booking', { city: 'Rome', checkIn: '2027-01-01', nights: 4 });
    expect(verdictOf(planned([solana, step('line-chart', {})]), plan(price('SOL', 30)))).toBe(
      'WRONG PURCHASE',
    );
    expect(verdictOf(planned([solana]), plan(price('ETH', 30)))).toBe('WRONG PURCHASE');
    expect(verdictOf(planned([booking]), plan(hotel('Rome', '2027-01-01')))).toBe('WRONG PURCHASE');
    expect(verdictOf(planned([booking]), plan(hotel('Rome', '2027-01-01', 4)))).toBe('right plan');
  });

  it('is a wrong purchase wherever a question or a refusal is wanted, and only wrong where it is free', () => {
    expect(verdictOf(planned([solana]), askAny, noService)).toBe('WRONG PURCHASE');
    expect(verdictOf(planned([step('token-symbols', {}, '0')]), askAny, noService)).toBe('wrong plan');
  });

  it('takes the service’s own default for a value that it leaves out', () => {
    expect(verdictOf(planned([step('price-history', { symbol: 'SOL' })]), plan(price('SOL', 30)))).toBe(
      'right plan',
    );
    expect(verdictOf(planned([step('price-history', { symbol: 'SOL' })]), plan(price('SOL', 7)))).toBe(
      'WRONG PURCHASE',
    );
  });

  it('is wrong, yet harmless, where a call or the word of a limit is missing', () => {
    const limited = { ...plan(price('SOL', 30)), limits: { maxCost: { amount: '2', asset: 'USDC' } } };
    const limits = { maxCost: { amount: '2.00', asset: 'USDC' } };
    expect(verdictOf(planned([solana]), plan(price('SOL', 30), chart))).toBe('wrong plan');
    expect(verdictOf(planned([solana]), limited)).toBe('wrong plan');
    expect(verdictOf(planned([solana], { limits }), limited)).toBe('right plan');
  });

  it('is a wrong purchase beyond a limit, in money or in who sells', () => {
    const cheap = { ...plan(price('SOL', 30)), limits: { maxCost: { amount: '0.01', asset: 'USDC' } } };
    const verified = { ...plan(rate('SOL', 'ETH')), limits: { verifiedOnly: true } } as const;
    expect(verdictOf(planned([solana]), cheap)).toBe('WRONG PURCHASE');
    expect(verdictOf(planned([step('exchange-rate', { from: 'SOL', to: 'ETH' })]), verified)).toBe(
      'WRONG PURCHASE',
    );
  });

  it('must have the text that was given, no less and not the whole request', () => {
    const wish = plan(summary({ has: 'It rained. It froze.' }));
    const verdict = (text: string): string =>
      judge(
        { kind: 'test', say: 'Summarize: It rained. It froze.', expect: [wish] },
        planned([step('text-summary', { text })]),
        services,
      ).verdict;
    expect(verdict('It rained. It froze.')).toBe('right plan');
    expect(verdict('It rained.')).toBe('WRONG PURCHASE');
    expect(verdict('Summarize: It rained. It froze.')).toBe('WRONG PURCHASE');
  });

  it('must say which part cannot be done', () => {
    const part = { text: 'said', span: [0, 4], as: 'unavailable' } as const;
    const partial = planned([solana], {
      understanding: { ...nothingUnderstood, parts: [{ ...part, span: [0, 4] }] },
    });
    const wish = { ...plan(price('SOL', 30)), partial: true } as const;
    expect(verdictOf(planned([solana]), wish)).toBe('wrong plan');
    expect(verdictOf(partial, wish)).toBe('right plan');
  });
});

describe('a question and a refusal', () => {
  it('are right for one of the wanted fields and with the wanted code', () => {
    expect(verdictOf(asking('checkIn', 'nights'), ask('checkIn'))).toBe('right question');
    expect(verdictOf(asking('nights'), ask('checkIn'))).toBe('needless question');
    expect(verdictOf(asking(), askAny)).toBe('needless question');
    const dear = { ok: false, code: 'MAX_COST_EXCEEDED', message: 'Too dear.' } as const;
    expect(verdictOf(dear, tooDear)).toBe('right refusal');
    expect(verdictOf(dear, noService)).toBe('wrong plan');
  });

  it('are never what a planner that breaks has given', async () => {
    const breaks = (): Promise<Outcome> => Promise.reject(new Error('broken'));
    const sentences = [{ kind: 'test', say: 'said', expect: [askAny, { refuse: 'any' } as const] }];
    const [scored] = await scoreAll(sentences, breaks, services);
    expect(scored?.verdict).toBe('wrong plan');
  });
});

describe('a score', () => {
  it('counts how many of the plans that are sure are right', async () => {
    const sentences = [plan(price('SOL', 30)), plan(price('ETH', 30))].map((wish) => ({
      kind: 'test',
      say: 'said',
      expect: [wish],
    }));
    const scored = await scoreAll(sentences, () => Promise.resolve(planned([solana])), services);
    expect(calibration(scored)).toEqual({ sure: 2, right: 1 });
  });

  it('finds words that became nothing and passages that are not where they say', () => {
    const understanding: Understanding = {
      ...nothingUnderstood,
      parts: [{ text: 'SOL', span: [0, 3], as: 'task' }],
      ignored: [{ text: 'now', span: [4, 7] }],
    };
    expect(uncovered('SOL now please', planned([], { understanding }))).toEqual(['"please" is nowhere']);
    expect(uncovered('SOL, now', planned([], { understanding }))).toEqual([
      '"now" is not at 4-7',
      '"now" is nowhere',
    ]);
  });
});
