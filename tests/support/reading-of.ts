import type { Clause, Mention, Reading, Word } from '../../domain/plan/understanding/reading.ts';
import type { Span } from '../../domain/plan/understanding/understanding.ts';

interface Given {
  mentions?: Mention[];
  clauses?: (Pick<Clause, 'span' | 'mood'> & { isNegated?: boolean })[];
}

/** A small reading of a text for tests: words by their letters, and what the test says of mentions and clauses. */
export function readingOf(text: string, { mentions = [], clauses }: Given = {}): Reading {
  const words = [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}'’._-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu)]
    .map((match): Word => wordOf(match[0], match.index))
    .filter(({ span }) => !mentions.some((one) => one.kind === 'quote' && inside(span, one.span)));
  const whole: Given['clauses'] = [{ span: [0, text.length], mood: 'instruction' }];
  return {
    text,
    today: '2026-12-01',
    language: { code: 'en', name: 'English', isEnglish: true },
    words,
    mentions,
    corrections: [],
    clauses: (clauses ?? whole).map(({ span, mood, isNegated = false }, sentence): Clause => ({
      span,
      mood,
      isNegated,
      sentence,
      from: words.filter((word) => word.span[0] < span[0]).length,
      to: words.filter((word) => word.span[0] < span[1]).length,
    })),
  };
}

const inside = (inner: Span, outer: Span): boolean => outer[0] <= inner[0] && inner[1] <= outer[1];

function wordOf(text: string, at: number): Word {
  const norm = text.toLowerCase();
  const kind = SMALL.test(norm) ? 'function' : /^\p{Lu}/u.test(text) && at > 0 ? 'name' : 'other';
  return { text, span: [at, at + text.length], norm, root: norm, kind, isKnown: true };
}

const SMALL = /^(a|an|and|the|of|for|to|in|on|at|by|with|from|or|is|are|it|then|please)$/;

export const spanOf = (text: string, said: string): Span => [
  text.indexOf(said),
  text.indexOf(said) + said.length,
];

export const moneyOf = (
  text: string,
  said: string,
  amount: string,
  currency: string,
  bound: 'max' | 'min' | 'none' = 'none',
): Mention => ({ kind: 'money', span: spanOf(text, said), amount, currency, bound });

export const durationOf = (
  text: string,
  said: string,
  rest: { days: number; unit: string; count: number; when: 'past' | 'future' | 'plain' },
): Mention => ({ kind: 'duration', span: spanOf(text, said), ...rest });
