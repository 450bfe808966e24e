import type { Mention, Word } from '../../../domain/plan/understanding/reading.ts';
import { boundOf } from './bounds.ts';
import { numberOf } from './numbers.ts';

type Found = Extract<Mention, { kind: 'count' | 'number' }>;

const isWithin = (word: Word, mentions: readonly Mention[]): boolean =>
  mentions.some(({ span }) => span[0] < word.span[1] && word.span[0] < span[1]);

const isNear = (one: Word, next: Word | undefined, text: string): next is Word =>
  next !== undefined && /^[\s-]*$/u.test(text.slice(one.span[1], next.span[0]));

/** "a" and "an" count nothing here: "a chart" is no number. */
const valueOf = (word: Word): number | undefined =>
  /^(?:an?|couple|hundred|thousand|dozen)$/u.test(word.norm) ? undefined : numberOf(word.norm);

const NO_THING =
  /^(?:[ap]m|january|february|march|april|may|june|july|august|september|october|november|december)$/u;
const isNoun = (word: Word): boolean => word.kind === 'noun' && !NO_THING.test(word.norm);

/** "3 bullet points" are points. */
const lastOf = (noun: Word, next: Word | undefined, text: string): Word =>
  noun.norm === noun.root && noun.norm !== 'people' && isNear(noun, next, text) && isNoun(next) ? next : noun;

function nounAfter(words: readonly Word[], at: number, text: string): Word | undefined {
  const [one, next, last, end] = words.slice(at, at + 4);
  if (one === undefined || !isNear(one, next, text) || /^(?:19|20)\d\d$/u.test(one.text)) return undefined;
  if (isNoun(next)) return lastOf(next, last, text);
  return next.kind === 'adjective' && isNear(next, last, text) && isNoun(last)
    ? lastOf(last, end, text)
    : undefined;
}

/** "a family of four", "three of us". */
const countsPeople = (words: readonly Word[], at: number): boolean =>
  (words[at - 1]?.norm === 'of' && /^(?:family|party|group)$/u.test(words[at - 2]?.norm ?? '')) ||
  (words[at + 1]?.norm === 'of' && words[at + 2]?.norm === 'us');

/** Money whose amount could be read in two ways: it stays out. */
const isOfMoney = (word: Word, next: Word | undefined, text: string): boolean =>
  /[$€£¥]\s?$/u.test(text.slice(Math.max(0, word.span[0] - 2), word.span[0])) ||
  /[$€£¥]/u.test(word.text) ||
  /^(?:euro|dollar|pound|cent|franc|buck|quid|pence|half|usd|eur|gbp|chf)$/u.test(next?.root ?? '');

/** Numbers that are no date, money or duration; with a noun after them they count something. */
export function findCounts(words: readonly Word[], mentions: readonly Mention[], text: string): Found[] {
  return words.flatMap((word, at): Found[] => {
    const value = isWithin(word, mentions) ? undefined : valueOf(word);
    if (value === undefined || isOfMoney(word, words[at + 1], text)) return [];
    const noun = nounAfter(words, at, text);
    if (noun !== undefined && !isWithin(noun, mentions))
      return [{ kind: 'count', value, unit: noun.root, span: [word.span[0], noun.span[1]] }];
    if (countsPeople(words, at)) return [{ kind: 'count', value, unit: 'people', span: word.span }];
    // "one of them", "the one that": a pronoun.
    if (word.norm === 'one') return [];
    return [{ kind: 'number', value, bound: boundOf(text, ...word.span), span: word.span }];
  });
}
