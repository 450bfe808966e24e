import type { Correction, Span } from './understanding.ts';

/** A request as the language libraries read it. Nothing in it says what will be bought. */
export interface Reading {
  text: string;
  /** ISO date that "tomorrow" and dates without a year are read from. */
  today: string;
  /** ISO 639-1 code and English name of the language; `isEnglish` also for texts too short to tell. */
  language: { code: string; name: string; isEnglish: boolean };
  words: Word[];
  clauses: Clause[];
  mentions: Mention[];
  /** Words that were read as others; `Word.norm` has the corrected form. */
  corrections: Correction[];
}

/** One word outside of quotes and addresses. */
export interface Word {
  text: string;
  span: Span;
  /** Lower case, a typo corrected. */
  norm: string;
  /** Verbs in the infinitive, nouns in the singular. */
  root: string;
  kind: 'verb' | 'noun' | 'name' | 'adjective' | 'adverb' | 'number' | 'function' | 'other';
  /** An English word or one of the vocabulary, also once it is corrected. */
  isKnown: boolean;
}

/**
 * A piece of a sentence with one verb at most, or a list item. `instruction`: "make a chart", also "could you make...", "I want you to
 * make...". `fragment`: no verb, "SOL price". `condition`: what follows "if"; `then` and `otherwise` are what depends on it.
 */
export interface Clause {
  span: Span;
  /** Words of `Reading.words`: from (inclusive), to (exclusive). */
  from: number;
  to: number;
  mood: 'instruction' | 'question' | 'fragment' | 'statement' | 'condition' | 'then' | 'otherwise';
  /** "do not make a chart", "without a chart", "no charts". */
  isNegated: boolean;
  /** Number of the sentence. */
  sentence: number;
}

/** Something with a value of its own. */
export type Mention = { span: Span } & (
  | { kind: 'quote' | 'url' | 'email'; value: string }
  /** Days, ISO; `to` for a range ("12 to 15 December", "next weekend"). `isCertain`: nothing but the year was filled in. */
  | { kind: 'date'; from: string; to?: string; isCertain: boolean }
  /** "last 30 days" (past), "within an hour", "the next week" (future), "two nights" (plain). */
  | { kind: 'duration'; days: number; unit: string; count: number; when: 'past' | 'future' | 'plain' }
  /** Plain decimal and ISO 4217 or asset code: "5 cents" is 0.05 USD. `bound` from "under", "at most", "at least". */
  | { kind: 'money'; amount: string; currency: string; bound: 'max' | 'min' | 'none' }
  /** "two people": 2 and the root of the noun. */
  | { kind: 'count'; value: number; unit: string }
  | { kind: 'number'; value: number; bound: 'max' | 'min' | 'none' }
);
