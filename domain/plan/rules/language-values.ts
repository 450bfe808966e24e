import type { Field } from './fields.ts';
import { found, NONE, type Finding, type Source } from './finding.ts';
import { wordAt } from './scene.ts';
import { wordsOf } from './words.ts';

/** Names of languages with their ISO 639-1 codes. */
const LANGUAGES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    german: 'de',
    english: 'en',
    french: 'fr',
    spanish: 'es',
    italian: 'it',
    portuguese: 'pt',
    dutch: 'nl',
    polish: 'pl',
    russian: 'ru',
    chinese: 'zh',
    japanese: 'ja',
    korean: 'ko',
    arabic: 'ar',
    turkish: 'tr',
    hindi: 'hi',
    swedish: 'sv',
    danish: 'da',
    norwegian: 'no',
    finnish: 'fi',
    greek: 'el',
    czech: 'cs',
  }),
);

/** The only language that is named for a param: behind "from" for the source, anywhere else for the target. */
export function languageValue({ scene, free }: Source, field: Field): Finding {
  const isSource = wordsOf(field.name).some((word) => word === 'source' || word === 'from');
  const words = free.filter(
    (index) =>
      LANGUAGES.has(wordAt(scene, index).norm) &&
      (scene.reading.words[index - 1]?.norm === 'from') === isSource,
  );
  if (words.length !== 1) return NONE;
  const { norm } = wordAt(scene, words[0]!);
  return found(takesCodes(field) ? LANGUAGES.get(norm)! : norm, words);
}

const takesCodes = ({ schema: { description, pattern } }: Field): boolean =>
  /\b(?:iso|codes?)\b/iu.test(typeof description === 'string' ? description : '') ||
  (typeof pattern === 'string' && pattern.includes('{2}'));
