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

function nounAfter(words: readonly Word[], at: number, text: string): Word | undefined {
  const [one, next, last] = words.slice(at, at + 3);
  if (one === undefined || !isNear(one, next, text)) return undefined;
  if (next.kind === 'noun') return /^[ap]m$/u.test(next.norm) ? undefined : next;
  return next.kind === 'adjective' && isNear(next, last, text) && last.kind === 'noun' ? last : undefined;
}

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
    // "one of them", "the one that": a pronoun.
    if (word.norm === 'one') return [];
    return [{ kind: 'number', value, bound: boundOf(text, ...word.span), span: word.span }];
  });
}
