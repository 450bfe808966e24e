import { eld } from 'eld/small';
import type { Reading } from '../../../domain/plan/understanding/reading.ts';
import { isEnglishWord } from './spelling.ts';

type Language = Reading['language'];

const NAMES = new Intl.DisplayNames(['en'], { type: 'language' });
const ENGLISH: Language = { code: 'en', name: 'English', isEnglish: true };
const OTHER_SCRIPT =
  /[\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Greek}\p{Script=Thai}\p{Script=Devanagari}]/gu;
const BY_LETTERS: [letters: RegExp, code: string][] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/[іїєґ]/iu, 'uk'],
  [/[ђјљњћџ]/iu, 'sr'],
  [/[ыэё]/iu, 'ru'],
];
/** English words that are rare in the other languages. */
const ENGLISH_ONLY =
  /^(?:the|of|for|and|to|with|from|this|that|price|prices|please|make|get|show|what|you|your|my|into|about|by|how|it|is|are|then|if|make|give|find|translate|chart|book)$/u;
const ENOUGH_ENGLISH = 0.25;
const MOST_ENGLISH = 0.85;
/** Fewer words than this in Latin letters tell nothing. */
const FEW = 3;
const ENOUGH_TEXT = 1000;

const named = (code: string): Language => ({ code, name: NAMES.of(code) ?? code, isEnglish: code === 'en' });

function detectByScript(text: string): Language {
  const letters = BY_LETTERS.find(([pattern]) => pattern.test(text))?.[1];
  if (letters !== undefined) return named(letters);
  const found = eld.detect(text.slice(0, ENOUGH_TEXT));
  if (!/\p{Script=Cyrillic}/u.test(text)) return named(found.language === '' ? 'zh' : found.language);
  const { bg = 0, ru = 0 } = found.getScores();
  // Short Russian is as like its neighbours; those have letters of their own.
  return named(bg > ru + 0.02 && /ъ/iu.test(text) ? 'bg' : 'ru');
}

/** Names are of any language: capitals count at the beginning alone. */
const tellingWords = (words: readonly string[]): string[] =>
  words
    .filter((word, at) => /^\p{Ll}[\p{L}'’-]*$/u.test(word) || (at === 0 && /^\p{Lu}\p{Ll}+/u.test(word)))
    .map((word) => word.toLowerCase());

const shareOf = (words: readonly string[], isOne: (word: string) => boolean): number =>
  words.filter(isOne).length / words.length;

function detectLatin(written: readonly string[]): Language {
  const words = tellingWords(written).slice(0, 300);
  if (words.length < FEW || shareOf(words, (word) => ENGLISH_ONLY.test(word)) >= ENOUGH_ENGLISH)
    return ENGLISH;
  if (words.filter((word) => /[ąęłńśźż]/u.test(word)).length > 1) return named('pl');
  const english = shareOf(words, isEnglishWord);
  const found = eld.detect(words.join(' ').slice(0, ENOUGH_TEXT));
  const scores = found.getScores();
  const lead = (scores[found.language] ?? 0) - (scores['en'] ?? 0);
  const isSure = found.isReliable() && english <= MOST_ENGLISH && lead > (english > 0.6 ? 0.15 : 0.08);
  return isSure ? named(found.language) : ENGLISH;
}

/** The language of a request; English unless it surely is another. */
export function detectLanguage(text: string, words: readonly string[]): Language {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const others = text.match(OTHER_SCRIPT)?.length ?? 0;
  return others * 2 > letters ? detectByScript(text) : detectLatin(words);
}
