import type { Correction } from '../../../domain/plan/understanding/understanding.ts';
import { findMeant, isEnglishWord } from './spelling.ts';
import { plain, type RawWord } from './words.ts';

const SHORTEST = 4;
/** Small words that decide what is read: too short to be found by their letters. */
const SHORT = new Map(
  Object.entries({
    teh: 'the',
    hte: 'the',
    adn: 'and',
    nad: 'and',
    nto: 'not',
    fo: 'of',
    ot: 'to',
    wiht: 'with',
    dont: "don't",
    doesnt: "doesn't",
    thne: 'then',
  }),
);
/** Words of any request, whatever the catalogue. */
const COMMON =
  'please without under between tomorrow yesterday weekend week weeks month months days nights people otherwise summarize translate compare create generate message before after cheaper maximum minimum euros dollars cents budget January February March April June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday'
    .toLowerCase()
    .split(' ');

export interface Vocabulary {
  known: ReadonlySet<string>;
  /** What a typo may have meant. Tickers are never guessed. */
  targets: ReadonlySet<string>;
}

export function readVocabulary(vocabulary: readonly string[]): Vocabulary {
  const written = vocabulary.flatMap((entry) => entry.match(/[\p{L}\p{N}']+/gu) ?? []);
  const guessable = written.filter(
    (word) => word.length >= SHORTEST && /^\p{L}+$/u.test(word) && /\p{Ll}/u.test(word),
  );
  return { known: new Set(written.map(plain)), targets: new Set([...COMMON, ...guessable.map(plain)]) };
}

const BEGINS_SENTENCE = /(?:^|[.!?\n:])[\s\-*•"“]*$/u;

/** Capitals within a sentence are names; digits, dots and hyphens are of addresses and products. */
const mayBeTypo = ({ text, span }: RawWord, masked: string): boolean =>
  /^\p{Ll}+$/u.test(text) ||
  (/^\p{Lu}\p{Ll}+$/u.test(text) && BEGINS_SENTENCE.test(masked.slice(Math.max(0, span[0] - 20), span[0])));

/** Words that are not English but are close to a known word. */
export function findCorrections(
  words: readonly RawWord[],
  masked: string,
  known: ReadonlySet<string>,
  targets: ReadonlySet<string>,
): Correction[] {
  const met = new Map<string, string | undefined>();
  const meantBy = (word: string): string | undefined => {
    if (known.has(word)) return undefined;
    const short = SHORT.get(word);
    if (short !== undefined || word.length < SHORTEST || isEnglishWord(word)) return short;
    return findMeant(word, targets);
  };
  return words.flatMap((word) => {
    if (!mayBeTypo(word, masked)) return [];
    const from = plain(word.text);
    if (!met.has(from)) met.set(from, meantBy(from));
    const to = met.get(from);
    return to === undefined ? [] : [{ from: word.text, to, span: word.span }];
  });
}
