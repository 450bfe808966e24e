import { z } from 'zod';
import { defineService, ok, type ServiceDefinition } from '../definition.ts';
import { round } from './series.ts';

const TextInput = z
  .looseObject({
    text: z.string().min(1).max(100_000).optional(),
    data: z.unknown().optional(),
    sentences: z.coerce.number().int().min(1).max(20).default(3),
  })
  .refine((input) => input.text !== undefined || input.data !== undefined, { message: 'send text or data' });

const STOP_WORDS = new Set(
  'a an and are as at be but by for from has have in is it its of on or that the this to was were will with not they he she we you i'.split(
    ' ',
  ),
);
const POSITIVE = new Set(
  'good great gain gains growth grow rising rise up strong best better win profit positive improve improved success happy excellent'.split(
    ' ',
  ),
);
const NEGATIVE = new Set(
  'bad loss losses fall falling drop down weak worst worse fail failed failure risk negative decline declined poor unhappy crash'.split(
    ' ',
  ),
);

/** Turns each value of data into a short sentence, so that the same reading works on it. */
export function textOf(input: { text?: string | undefined; data?: unknown }): string {
  if (input.text !== undefined) return input.text;
  if (typeof input.data === 'string') return input.data;
  return flatten(input.data, '').join(' ');
}

function flatten(value: unknown, name: string): string[] {
  if (value === null || typeof value !== 'object') return [`${name || 'value'} is ${String(value)}.`];
  return Object.entries(value).flatMap(([key, entry]) => flatten(entry, name ? `${name} ${key}` : key));
}

const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter(Boolean);

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}][\p{L}\p{N}'-]*/gu) ?? [];

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) {
    if (!STOP_WORDS.has(word) && word.length > 2) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** The sentences whose words are most frequent in the text, in the order of the text. */
export function summarize(text: string, count: number): string {
  const counts = countWords(text);
  const scored = sentencesOf(text).map((sentence, position) => {
    const words = wordsOf(sentence).filter((word) => counts.has(word));
    const score =
      words.reduce((total, word) => total + (counts.get(word) ?? 0), 0) / Math.max(4, words.length);
    return { sentence, position, score };
  });
  const best = scored.toSorted((a, b) => b.score - a.score || a.position - b.position).slice(0, count);
  return best
    .toSorted((a, b) => a.position - b.position)
    .map(({ sentence }) => sentence)
    .join(' ');
}

export function readMood(text: string) {
  const words = wordsOf(text);
  const positive = words.filter((word) => POSITIVE.has(word)).length;
  const negative = words.filter((word) => NEGATIVE.has(word)).length;
  const score = positive + negative === 0 ? 0 : round((positive - negative) / (positive + negative), 3);
  const sentiment = score > 0.2 ? 'positive' : score < -0.2 ? 'negative' : 'neutral';
  const keywords = [...countWords(text)]
    .toSorted(([a, countA], [b, countB]) => countB - countA || a.localeCompare(b))
    .slice(0, 10)
    .map(([word, count]) => ({ word, count }));
  return { sentiment, score, positive, negative, keywords };
}

const SHARED = {
  seller: 'studio',
  method: 'POST',
  category: 'text',
  verified: true,
  input: TextInput,
} as const;

export function createTextServices(): ServiceDefinition[] {
  return [createSummary(), createSentiment()];
}

function createSummary(): ServiceDefinition {
  return defineService({
    ...SHARED,
    id: 'text-summary',
    name: 'Text Summary',
    description: 'Summary of a text or of data: the most telling sentences, extracted and not rewritten',
    capabilities: ['summary', 'summarize', 'text', 'extract'],
    path: '/summarize',
    price: 30_000n,
    chains: ['evm'],
    reputationScore: 8300,
    expectedMs: 40,
    output: z.object({ summary: z.string(), sentences: z.number(), words: z.number() }),
    example: {
      input: { text: 'Solana rose today. It rained.' },
      output: { summary: 'Solana rose today.', sentences: 2, words: 5 },
    },
    answer: (input) => {
      const text = textOf(input);
      return ok({
        summary: summarize(text, input.sentences),
        sentences: sentencesOf(text).length,
        words: wordsOf(text).length,
      });
    },
  });
}

function createSentiment(): ServiceDefinition {
  return defineService({
    ...SHARED,
    id: 'sentiment',
    name: 'Sentiment and Keywords',
    description: 'Sentiment and keyword analysis of a text: mood by word lists, and its most frequent words',
    capabilities: ['sentiment', 'keywords', 'analysis', 'text'],
    path: '/sentiment',
    price: 10_000n,
    chains: ['solana', 'evm'],
    speaksV1: true,
    reputationScore: 7600,
    expectedMs: 40,
    output: z.object({
      sentiment: z.enum(['positive', 'neutral', 'negative']),
      score: z.number(),
      positive: z.number(),
      negative: z.number(),
      keywords: z.array(z.object({ word: z.string(), count: z.number() })),
    }),
    example: {
      input: { text: 'Strong growth and good profit.' },
      output: readMood('Strong growth and good profit.'),
    },
    answer: (input) => ok(readMood(textOf(input))),
  });
}
