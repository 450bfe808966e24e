import type { Json } from '../../schemas/core/json.ts';

/** A value that a step must have, one of several, or one that contains these words. */
export type Wanted = Json | { oneOf: Json[] } | { has: string };

/** One paid call. Params that come from another step are not named. */
export interface Call {
  service: string;
  params?: { [name: string]: Wanted };
}

/** A plan that would be right. The order and free transforms do not matter. */
export interface PlanWanted {
  plan: Call[];
  /** Free services that must be called. */
  free?: string[];
  limits?: {
    maxCost?: { amount: string; asset: string };
    maxTimeMs?: number;
    verifiedOnly?: true;
    notFrom?: string[];
  };
  /** Some of what was asked cannot be done, and the plan must say so. */
  partial?: true;
  /** Words that must be shown as ignored, as context or as unavailable. */
  ignored?: string[];
  /** Not right, yet nobody lost money on something else than they asked for. */
  tolerated?: true;
}

/** A question for one of these fields, or for any. */
export interface QuestionWanted {
  ask: string[] | 'any';
}

/** A refusal with this code, or with any. */
export interface RefusalWanted {
  refuse: 'NO_SERVICE' | 'MAX_COST_EXCEEDED' | 'any';
}

export type Wish = PlanWanted | QuestionWanted | RefusalWanted;

export interface Sentence {
  kind: string;
  say: string;
  expect: Wish[];
}

/** Sentences of one kind. */
export const kind = (name: string, ...sentences: [say: string, ...expect: Wish[]][]): Sentence[] =>
  sentences.map(([say, ...expect]) => ({ kind: name, say, expect }));

export const plan = (...calls: Call[]): PlanWanted => ({ plan: calls });
export const ask = (...fields: string[]): QuestionWanted => ({ ask: fields });
export const askAny: QuestionWanted = { ask: 'any' };
export const noService: RefusalWanted = { refuse: 'NO_SERVICE' };
export const tooDear: RefusalWanted = { refuse: 'MAX_COST_EXCEEDED' };
/** Either is right where nothing that exists is what was asked for. */
export const nothing: [QuestionWanted, RefusalWanted] = [askAny, { refuse: 'any' }];
export const unknownSymbol: [QuestionWanted, RefusalWanted] = [ask('symbol', 'from', 'to'), noService];

export const price = (symbol: string, days?: Wanted): Call => ({
  service: 'price-history',
  params: { symbol, ...(days === undefined ? {} : { days }) },
});
export const rate = (from: string, to: string): Call => ({ service: 'exchange-rate', params: { from, to } });
export const hotel = (city: string, checkIn: Wanted, nights?: Wanted): Call => ({
  service: 'hotel-booking',
  params: { city, checkIn, ...(nights === undefined ? {} : { nights }) },
});
export const credit = (company: string): Call => ({ service: 'credit-rating', params: { company } });
export const summary = (text?: Wanted): Call => ({
  service: 'text-summary',
  ...(text === undefined ? {} : { params: { text } }),
});
export const mood = (text?: Wanted): Call => ({
  service: 'sentiment',
  ...(text === undefined ? {} : { params: { text } }),
});
export const chart: Call = { service: 'line-chart' };
export const statistics: Call = { service: 'series-statistics' };
export const report: Call = { service: 'report-composer' };
export const forecast: Call = { service: 'series-forecast' };
/** Any of these numbers of days. */
export const days = (...values: number[]): Wanted => ({ oneOf: values });
