import type { Reading, Word } from '../../domain/plan/understanding/reading.ts';
import { covers } from '../../domain/plan/understanding/spans.ts';
import type { Span } from '../../domain/plan/understanding/understanding.ts';

/** A request as its letters show it: words, quotes and addresses, one clause. What libraries read is better. */
export function readPlainly(text: string, today: string): Reading {
  const quotes = spansOf(text, /"[^"]*"|“[^”]*”/g);
  const urls = spansOf(text, /\bhttps?:\/\/[^\s"'<>]+/g);
  const words = spansOf(text, /[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}'’._-]*[\p{L}\p{N}\p{M}])?/gu)
    .filter((span) => ![...quotes, ...urls].some((one) => covers(one, span)))
    .map((span) => wordOf(text, span));
  return {
    text,
    today,
    language: { code: 'en', name: 'English', isEnglish: true },
    words,
    corrections: [],
    clauses: [
      {
        span: [0, text.length],
        from: 0,
        to: words.length,
        mood: 'instruction',
        isNegated: false,
        sentence: 0,
      },
    ],
    mentions: [
      ...quotes.map((span) => ({
        kind: 'quote' as const,
        span,
        value: text.slice(span[0] + 1, span[1] - 1),
      })),
      ...urls.map((span) => ({ kind: 'url' as const, span, value: text.slice(...span) })),
    ],
  };
}

const spansOf = (text: string, pattern: RegExp): Span[] =>
  [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]);

function wordOf(all: string, span: Span): Word {
  const text = all.slice(...span);
  const norm = text.toLowerCase();
  return { text, span, norm, root: norm, kind: SMALL.test(norm) ? 'function' : 'other', isKnown: true };
}

const SMALL =
  /^(a|an|and|the|of|for|to|in|on|at|by|with|from|or|is|are|it|its|this|that|as|me|my|i|you|then|please)$/;
