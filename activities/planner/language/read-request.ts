import { overlaps } from '../../../domain/plan/understanding/spans.ts';
import type { Mention, Reading, Word } from '../../../domain/plan/understanding/reading.ts';
import { blankOut, findQuotesAndAddresses } from './addresses.ts';
import { findClauses } from './clauses.ts';
import { findCounts } from './counts.ts';
import { findDates, findDurations } from './dates.ts';
import { detectLanguage } from './detect-language.ts';
import { findMoney } from './money.ts';
import { findSentences, hideListMarks } from './sentences.ts';
import { isEnglishWord } from './spelling.ts';
import { findCorrections, readVocabulary } from './typos.ts';
import { plain, rootOf, splitWords, tagSentence, type RawWord, type Tagged } from './words.ts';

export interface ReadOptions {
  /** ISO date. */
  today: string;
  /** Words of the catalogue and of the planner: what a typo may have meant. */
  vocabulary: readonly string[];
}

/** The first kind wins a passage: "2 SOL" is money and no count. */
const addApart = (kept: Mention[], found: readonly Mention[]): Mention[] => [
  ...kept,
  ...found.filter((mention) => !kept.some((one) => overlaps(one.span, mention.span))),
];

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

const UNTAGGED: Tagged = { kind: 'other', tags: new Set() };

function wordOf(raw: RawWord, norm: string, { kind, tags }: Tagged, vocabulary: ReadonlySet<string>): Word {
  const root = tags.has('Infinitive') || tags.has('Singular') ? norm : rootOf(norm, kind);
  const isKnown = kind === 'number' || vocabulary.has(norm) || isEnglishWord(norm) || isEnglishWord(raw.text);
  return { text: raw.text, span: raw.span, norm, root, kind, isKnown };
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
  const { known, targets } = readVocabulary(vocabulary);
  const addresses = findQuotesAndAddresses(text);
  const masked = hideListMarks(blankOut(text, addresses));
  const raw = splitWords(masked);
  const language = detectLanguage(
    masked,
    raw.map((word) => word.text),
  );
  const corrections = language.isEnglish ? findCorrections(raw, masked, known, targets) : [];
  const meant = new Map(corrections.map(({ span, to }) => [span[0], to]));
  const norms = raw.map((word) => meant.get(word.span[0]) ?? plain(word.text));
  const sentenceOf = findSentences(masked, raw);
  const tagged = tagAll(raw, norms, sentenceOf);
  const words = raw.map((word, at) => wordOf(word, norms[at] ?? '', tagged[at] ?? UNTAGGED, known));
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
