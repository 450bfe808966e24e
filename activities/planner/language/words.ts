import nlp from 'compromise/three';
import type { Word } from '../../../domain/plan/understanding/reading.ts';
import type { Span } from '../../../domain/plan/understanding/understanding.ts';
import { isEnglishWord } from './spelling.ts';

const WORD =
  /[$€£¥]?[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}_]|[.'’–@&-](?=[\p{L}\p{N}])|(?<=\d)[,:/](?=\d))*[%€£$]?/gu;

export interface RawWord {
  text: string;
  span: Span;
}

export const splitWords = (masked: string): RawWord[] =>
  [...masked.matchAll(WORD)].map((match) => ({
    text: match[0],
    span: [match.index, match.index + match[0].length],
  }));

/** Lower case, with straight apostrophes; "e-mail" in one word. */
export const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/^e-?mail/u, 'email');

type Kind = Word['kind'];
const KINDS: [string, Kind][] = [
  ['Pronoun', 'function'],
  ['Value', 'number'],
  ['Verb', 'verb'],
  ['Place', 'name'],
  ['Person', 'name'],
  ['Organization', 'name'],
  ['Acronym', 'name'],
  ['ProperNoun', 'name'],
  ['Noun', 'noun'],
  ['Adjective', 'adjective'],
  ['Adverb', 'adverb'],
];
const FUNCTION = [
  'Determiner',
  'Preposition',
  'Conjunction',
  'Pronoun',
  'Modal',
  'Auxiliary',
  'QuestionWord',
  'Negative',
];

export interface Tagged {
  kind: Kind;
  tags: ReadonlySet<string>;
}

function kindOf(text: string, tags: ReadonlySet<string>): Kind {
  if (/^[$€£¥]?\d/u.test(text)) return 'number';
  if (FUNCTION.some((tag) => tags.has(tag))) return 'function';
  return KINDS.find(([tag]) => tags.has(tag))?.[1] ?? 'other';
}

interface Term {
  text: string;
  tags: string[];
}

/** One sentence's words with their parts of speech. The words are ours: the library's own are met by their order. */
export function tagSentence(norms: readonly string[], texts: readonly string[]): Tagged[] {
  const written = norms.map((norm, at) =>
    (/^\p{Ll}/u.test(texts[at] ?? '') ? norm : (texts[at] ?? norm)).replaceAll(/[^\p{L}\p{N}']/gu, ''),
  );
  const sentences = nlp(written.join(' ')).json({ terms: { text: true, tags: true }, offset: false }) as {
    terms: Term[];
  }[];
  const terms = sentences.flatMap((sentence) => sentence.terms).filter((term) => term.text !== '');
  let next = 0;
  return written.map((word, at) => {
    const found = terms.slice(next, next + 3).findIndex((term) => term.text === word);
    const tags = new Set(found === -1 ? [] : terms[next + found]?.tags);
    if (found !== -1) next += found + 1;
    return { tags, kind: kindOf(texts[at] ?? '', tags) };
  });
}

const AS_THEY_ARE = /(?:ss|us|is|news|series|https?)$/u;
const singularOf = (norm: string): string => {
  if (!norm.endsWith('s') || norm.length < 4 || AS_THEY_ARE.test(norm)) return norm;
  const read = nlp(norm);
  read.tag('Plural');
  const root = read.nouns().toSingular().text();
  return root === '' ? norm : root.toLowerCase();
};
const infinitiveOf = (norm: string): string => {
  const read = nlp(norm);
  read.tag('Verb');
  const root = read.verbs().toInfinitive().text();
  return root === '' ? norm : root.toLowerCase();
};

const roots = new Map<string, string>();
const MOST_ROOTS = 5000;

/** Verbs in the infinitive, nouns in the singular, the rest as it is. */
export function rootOf(norm: string, kind: Kind): string {
  if (!/^[\p{L}'-]{2,30}$/u.test(norm) || (kind !== 'verb' && kind !== 'noun')) return norm;
  const key = `${kind} ${norm}`;
  const known = roots.get(key);
  if (known !== undefined) return known;
  if (roots.size >= MOST_ROOTS) roots.clear();
  const found = kind === 'verb' ? infinitiveOf(norm) : singularOf(norm);
  // The library makes "dow" of "down": a word's root is a word.
  const root = /^[\p{L}'-]+$/u.test(found) && (isEnglishWord(found) || !isEnglishWord(norm)) ? found : norm;
  roots.set(key, root);
  return root;
}
