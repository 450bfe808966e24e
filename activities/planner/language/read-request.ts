import type { Mention, Reading, Word } from '../../../domain/plan/understanding/reading.ts';
import type { Correction } from '../../../domain/plan/understanding/understanding.ts';
import { blankOut, findQuotesAndAddresses } from './addresses.ts';
import { findClauses } from './clauses.ts';
import { findCounts } from './counts.ts';
import { findDates, findDurations } from './dates.ts';
import { detectLanguage } from './detect-language.ts';
import { findMoney } from './money.ts';
import { findSentences, hideListMarks } from './sentences.ts';
import { isEnglishWord } from './spelling.ts';
import { correct, rootOf, splitWords, tagSentence, type RawWord, type Tagged } from './words.ts';

export interface ReadOptions {
  /** ISO date. */
  today: string;
  /** Words of the catalogue and of the planner: what a typo may have meant. */
  vocabulary: readonly string[];
}

const overlaps = (one: Mention, other: Mention): boolean =>
  one.span[0] < other.span[1] && other.span[0] < one.span[1];

/** The first kind wins a passage: "2 SOL" is money and no count. */
const addApart = (kept: Mention[], found: readonly Mention[]): Mention[] => [
  ...kept,
  ...found.filter((mention) => !kept.some((one) => overlaps(one, mention))),
];

const wordsOf = (vocabulary: readonly string[]): Set<string> =>
  new Set(vocabulary.flatMap((entry) => entry.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []));

function tagAll(raw: readonly RawWord[], norms: readonly string[], sentenceOf: readonly number[]): Tagged[] {
  const tagged: Tagged[] = [];
  while (tagged.length < raw.length) {
    const from = tagged.length;
    const sentence = sentenceOf[from];
    let to = from;
    while (to < raw.length && sentenceOf[to] === sentence) to += 1;
    tagged.push(
      ...tagSentence(
        norms.slice(from, to),
        raw.slice(from, to).map((word) => word.text),
      ),
    );
  }
  return tagged;
}

function wordOf(raw: RawWord, norm: string, kind: Word['kind'], vocabulary: ReadonlySet<string>): Word {
  const isKnown = vocabulary.has(norm) || isEnglishWord(norm) || isEnglishWord(raw.text);
  return { text: raw.text, span: raw.span, norm, root: rootOf(norm, kind), kind, isKnown };
}

function mentionsOf(masked: string, words: readonly Word[], today: string, addresses: Mention[]): Mention[] {
  const found = [findMoney(masked), findDates(masked, today), findDurations(masked)].reduce<Mention[]>(
    addApart,
    addresses,
  );
  return addApart(found, findCounts(words, found, masked)).toSorted(
    (one, other) => one.span[0] - other.span[0],
  );
}

/** What the words say, without knowing what can be bought. */
export function readRequest(text: string, { today, vocabulary }: ReadOptions): Reading {
  const known = wordsOf(vocabulary);
  const addresses = findQuotesAndAddresses(text);
  const masked = hideListMarks(blankOut(text, addresses));
  const raw = splitWords(masked);
  const isEnglish = raw.map((word) => isEnglishWord(word.text.toLowerCase().replaceAll('’', "'")));
  const language = detectLanguage(
    masked,
    raw.length,
    isEnglish.filter(Boolean).length / Math.max(1, raw.length),
  );
  const corrections = language.isEnglish
    ? raw.flatMap((word): Correction[] => [correct(word, masked, known)].filter((one) => one !== undefined))
    : [];
  const meant = new Map(corrections.map(({ span, to }) => [span[0], to]));
  const norms = raw.map((word) => meant.get(word.span[0]) ?? word.text.toLowerCase().replaceAll('’', "'"));
  const sentenceOf = findSentences(masked, raw);
  const tagged = tagAll(raw, norms, sentenceOf);
  const words = raw.map((word, at) => wordOf(word, norms[at] ?? '', tagged[at]?.kind ?? 'other', known));
  const isInfinitive = tagged.map(({ tags }) => tags.has('Infinitive'));
  return {
    text,
    today,
    language,
    words,
    clauses: findClauses(words, { text, masked, isInfinitive, sentenceOf }),
    mentions: mentionsOf(masked, words, today, addresses),
    corrections,
  };
}
