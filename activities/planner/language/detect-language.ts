import { eld } from 'eld/small';
import type { Reading } from '../../../domain/plan/understanding/reading.ts';

const NAMES = new Intl.DisplayNames(['en'], { type: 'language' });
const ENGLISH = { code: 'en', name: 'English', isEnglish: true };
const OTHER_SCRIPT =
  /[\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Greek}\p{Script=Thai}\p{Script=Devanagari}]/gu;
const LETTER = /\p{L}/gu;
const LETTERS_OF: [RegExp, string][] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/[іїєґ]/iu, 'uk'],
  [/[ђјљњћџ]/iu, 'sr'],
  [/[ыэёъ]/iu, 'ru'],
];
/** Fewer words than this in Latin letters tell nothing. */
const FEW = 4;

const named = (code: string): Reading['language'] => ({
  code,
  name: NAMES.of(code) ?? code,
  isEnglish: false,
});

function byScript(text: string): Reading['language'] {
  const letters = LETTERS_OF.find(([pattern]) => pattern.test(text))?.[1];
  if (letters !== undefined) return named(letters);
  const code = eld.detect(text).language;
  // Short Russian is often called Serbian, which has letters of its own.
  return named(code === '' || (/\p{Script=Cyrillic}/u.test(text) && code === 'sr') ? 'ru' : code);
}

/** The language of the words that are ours to read; English unless it surely is another. `share` is how many are English words. */
export function detectLanguage(text: string, words: number, share: number): Reading['language'] {
  const letters = text.match(LETTER)?.length ?? 0;
  if (letters > 0 && (text.match(OTHER_SCRIPT)?.length ?? 0) * 2 > letters) return byScript(text);
  if (words < FEW || share > 0.6) return ENGLISH;
  const found = eld.detect(text.toLowerCase());
  const scores = found.getScores();
  const isSure = found.isReliable() && (scores[found.language] ?? 0) - (scores['en'] ?? 0) > 0.08;
  return isSure && found.language !== 'en' ? named(found.language) : ENGLISH;
}
