import type { Field } from './fields.ts';
import { isShouted, symbolsIn } from './symbols.ts';
import { NONE, type Finding, type Source } from './finding.ts';
import { patternOf } from './formats.ts';
import { isSoft, kinOf } from './lexicon.ts';
import { isPlain, isPreposition, isValueWord } from './phrases.ts';
import { wordAt, type Scene } from './scene.ts';
import { quotesFor } from './quotes.ts';
import { isIn, vocabularyOf, wordsOf } from './words.ts';

/** Some words that name something, and the preposition before them. */
interface Phrase {
  words: number[];
  before: string | undefined;
  isProper: boolean;
}

const PLACE_BEFORE = new Set('in at near to around from'.split(' '));

/**
 * A text that the task names for a param: what matches the param's pattern, what stands in quotation marks, what stands beside the param's
 * own name, a proper name behind a fitting preposition. Where two would do, nothing is taken.
 */
export function readNamed(field: Field, source: Source): Finding {
  const { scene } = source;
  const pattern = patternOf(field.schema);
  if (pattern !== undefined) return byPattern(field, pattern, source);
  const phrases = phrasesIn(source);
  if (WORKED_ON.has(field.role)) return NONE;
  if (field.role === 'location') return only(scene, placesOf(phrases)) ?? quoted(field, source);
  if (field.role === 'query')
    return quoted(field, source, true) ?? beside(field, source) ?? only(scene, phrases) ?? NONE;
  return field.role === 'name' ? nameOf(field, source, phrases) : anyText(field, source, phrases);
}

/** Roles of what other steps or the request itself give. */
const WORKED_ON: ReadonlySet<string> = new Set(['text', 'series', 'data', 'sections']);

function nameOf(field: Field, source: Source, phrases: readonly Phrase[]): Finding {
  const quote = quoted(field, source);
  if (quote !== NONE) return quote;
  const names = parted(source.scene, phrases).filter(
    (phrase) => phrase.isProper && (field.required || isIntroduced(source.scene, phrase)),
  );
  return only(source.scene, names) ?? NONE;
}

/** "Siemens AG, Bayer AG" are two, "Acme, Inc." is one. */
const parted = ({ reading }: Scene, phrases: readonly Phrase[]): Phrase[] =>
  phrases.flatMap((phrase) =>
    phrase.words.reduce<Phrase[]>((runs, index, place) => {
      const [before, word] = [reading.words[index - 1], reading.words[index]!];
      const isNew =
        place > 0 &&
        reading.text.slice(before?.span[1] ?? 0, word.span[0]).includes(',') &&
        !/^(?:inc|ltd|llc|corp|sa|ag|plc)$/.test(word.norm);
      if (runs.length === 0 || isNew) return [...runs, { ...phrase, words: [index] }];
      runs.at(-1)!.words.push(index);
      return runs;
    }, []),
  );

/** A name that nobody must give is one only where the words before it say so: "for Maya Chen". */
const isIntroduced = ({ reading }: Scene, { words }: Phrase): boolean =>
  /\b(?:for|under|by|guest|called|named|name(?:\s+of|\s+is)?)\s*:?\s*$/iu.test(
    reading.text.slice(0, reading.words[words[0]!]!.span[0]),
  );

function anyText(field: Field, source: Source, phrases: readonly Phrase[]): Finding {
  const { scene } = source;
  const quote = quoted(field, source);
  if (quote.kind === 'found') return quote;
  const address = addressed(source);
  if (address !== undefined) return address;
  const named = beside(field, source);
  if (named !== undefined) return named;
  if (!field.required) return NONE;
  const codes = codesIn(source);
  if (codes.length > 0) return codes.length === 1 ? taken(scene, codes[0]!) : NONE;
  const proper = phrases.filter((phrase) => phrase.isProper);
  const behind = phrases.filter(({ before }) => before !== undefined);
  return only(scene, proper) ?? only(scene, behind) ?? NONE;
}

const taken = (scene: Scene, words: readonly number[]): Finding => ({
  kind: 'found',
  read: { value: `${plusBefore(scene, words[0]!)}${textBetween(scene, words)}`, words },
});

/** A phone number has its plus. */
const plusBefore = ({ reading }: Scene, index: number): string => {
  const { text, span } = reading.words[index]!;
  return /^\d/.test(text) && /(?:^|\s)\+$/.test(reading.text.slice(0, span[0])) ? '+' : '';
};

function textBetween({ reading }: Scene, words: readonly number[]): string {
  const [first, last] = [reading.words[words[0]!]!, reading.words[words.at(-1)!]!];
  return reading.text.slice(first.span[0], last.span[1]).replace(/['’]s?$/u, '');
}

/** The only phrase there is; two of them are no answer. */
const only = (scene: Scene, phrases: readonly Phrase[]): Finding | undefined =>
  phrases.length === 1 ? taken(scene, phrases[0]!.words) : phrases.length > 1 ? NONE : undefined;

const placesOf = (phrases: readonly Phrase[]): Phrase[] => {
  const behind = phrases.filter(({ before }) => before !== undefined && PLACE_BEFORE.has(before));
  return behind.length > 0 ? behind : phrases.filter(({ isProper }) => isProper);
};

function quoted(field: Field, { scene, service, mentions }: Source, several = false): Finding {
  const fields = scene.profiles.find((one) => one.service.id === service)?.fields ?? [];
  const quotes = quotesFor(field, scene, fields, mentions);
  if (quotes.length === 0 || (quotes.length > 1 && !several)) return NONE;
  return { kind: 'found', read: { value: quotes[0]!.value, words: [], mention: quotes[0]! } };
}

/** The only address that the task has. */
function addressed({ scene, mentions }: Source): Finding | undefined {
  const [one, ...others] = mentions.flatMap((mention) =>
    mention.kind === 'url' || mention.kind === 'email' ? [mention] : [],
  );
  return one === undefined || others.length > 0
    ? undefined
    : { kind: 'found', read: { value: scene.reading.text.slice(...one.span), words: [], mention: one } };
}

function byPattern(field: Field, pattern: string, { scene, free, mentions }: Source): Finding {
  const quotes = mentions.flatMap((mention) =>
    'value' in mention && typeof mention.value === 'string'
      ? [{ ...mention, value: mention.value, mention }]
      : [],
  );
  const quote = quotes
    .flatMap((one) => [one, { ...one, value: scene.reading.text.slice(...one.span) }])
    .find(({ value }) => scene.matches(pattern, value));
  if (quote !== undefined)
    return { kind: 'found', read: { value: quote.value, words: [], mention: quote.mention } };
  const fitting = new Map<string, number[]>();
  for (const index of free) {
    const { text, kind, isKnown } = wordAt(scene, index);
    const isCode = /\d/.test(text) || text === text.toUpperCase() || kind === 'name' || !isKnown;
    const run = runAround(scene, index);
    const value = [text, run, text.toUpperCase()].find((form) => isCode && scene.matches(pattern, form));
    if (value !== undefined) fitting.set(value, [...(fitting.get(value) ?? []), index]);
  }
  const towards =
    fitting.size > 1 ? [...fitting].filter(([, words]) => isTowards(field, scene, words[0]!)) : [...fitting];
  const [first] = towards;
  return first === undefined || towards.length > 1
    ? NONE
    : { kind: 'found', read: { value: first[0], words: first[1] } };
}

const FROM = new Set('from origin departure source start'.split(' '));
const TO = new Set('to destination arrival target end'.split(' '));

/** "From CDG to JFK": which end of a way a code is. */
function isTowards({ name }: Field, { reading }: Scene, index: number): boolean {
  const before = reading.words[index - 1]?.norm;
  const own = wordsOf(name);
  return (
    (before === 'from' && own.some((word) => FROM.has(word))) ||
    ((before === 'to' || before === 'into') && own.some((word) => TO.has(word)))
  );
}

/** A word with the signs that belong to it: "+4915112345678". */
function runAround({ reading }: Scene, index: number): string {
  const [start, end] = reading.words[index]!.span;
  const before = /[^\s"'“”‘’(),;:!?]*$/.exec(reading.text.slice(Math.max(0, start - 100), start))![0];
  const after = /^[^\s"'“”‘’(),;:!?]*/.exec(reading.text.slice(end, end + 100))![0].replace(/\.+$/, '');
  return `${before}${reading.text.slice(start, end)}${after}`;
}

/** "domain example.com", "tracking number RR123", "topic: solar power". */
function beside(field: Field, source: Source): Finding | undefined {
  const { scene, task } = source;
  const own = vocabularyOf([field.name]);
  const at = task.words.findIndex((index) => isIn(wordAt(scene, index).norm, own));
  if (at < 0) return undefined;
  const rest = task.words.slice(at + 1);
  const words: number[] = [];
  for (const index of rest) {
    const { norm } = wordAt(scene, index);
    const isSkipped = isSoft(norm) || isIn(norm, own) || isToldOf(source, index);
    if (words.length === 0 && isSkipped && !/\d/.test(norm)) continue;
    if (isSoft(norm) || !source.free.includes(index)) break;
    words.push(index);
  }
  return words.length === 0 ? undefined : taken(scene, words);
}

/** "IP address": a plain word that the service describes itself with is part of the name, no value. */
function isToldOf({ scene, service }: Source, index: number): boolean {
  const profile = scene.profiles.find((one) => one.service.id === service);
  const { norm } = wordAt(scene, index);
  return profile !== undefined && !isProper(scene, index) && isIn(norm, profile.told);
}

/** Words that are codes rather than language: "DE123456789", "4006381333931". */
const codesIn = ({ scene, free }: Source): number[][] =>
  free
    .filter((index) => /\d/.test(wordAt(scene, index).text) && wordAt(scene, index).text.length > 3)
    .filter((index) => !isValueWord(scene.reading, index) || /^\d{6,}$/.test(wordAt(scene, index).text))
    .map((index) => [index]);

/** Runs of words that name something no service of the catalogue is about, as far as they are still free. */
function phrasesIn(source: Source): Phrase[] {
  const { scene, task, free, service } = source;
  const phrases: Phrase[] = [];
  let open: Phrase | undefined;
  let before: string | undefined;
  for (const index of task.words) {
    const word = wordAt(scene, index);
    const names = free.includes(index) && isNaming(scene, index, service, open !== undefined);
    const isNext = open?.words.at(-1) === index - 1 && !isParted(scene, index);
    if (names && open !== undefined && isNext) {
      open.words.push(index);
      open.isProper ||= isProper(scene, index);
    } else if (names) {
      open = { words: [index], before, isProper: isProper(scene, index) };
      phrases.push(open);
    } else if (open !== undefined) open = undefined;
    if (isPreposition(word.norm) || word.norm === 'of' || word.norm === 'or') before = word.norm;
    else if (!isSoft(word.norm)) before = undefined;
  }
  // Nobody has chosen between "Rome or Milan".
  return phrases.filter((phrase) => phrase.before !== 'or');
}

/** A colon or the end of a sentence stands before the word. */
const isParted = ({ reading }: Scene, index: number): boolean =>
  /[:;.!?\n]/.test(reading.text.slice(reading.words[index - 1]?.span[1] ?? 0, reading.words[index]!.span[0]));

function isNaming(scene: Scene, index: number, service: string, isInside: boolean): boolean {
  const { norm, kind } = wordAt(scene, index);
  if (isValueWord(scene.reading, index) || NEAR.has(norm)) return false;
  const proper = isProper(scene, index);
  const isPlace = proper && isPreposition(scene.reading.words[index - 1]?.norm ?? '');
  if (isSoft(norm) && !(proper && (isInside || isPlace || beginsName(scene, index)))) return false;
  if (symbolsIn(scene, { words: [index] }, undefined).length > 0) return false;
  if (isPlain(scene, index) && !proper) return false;
  if (!proper && kind === 'adverb') return false;
  const profile = scene.profiles.find((one) => one.service.id === service);
  const isAbout = (word: string): boolean =>
    profile !== undefined &&
    (isIn(word, profile.strong) ||
      [...kinOf(word)].some((other) => profile.strong.has(other)) ||
      isIn(word, profile.weak));
  const isNamed =
    profile !== undefined &&
    (isIn(norm, profile.strong) || [...kinOf(norm)].some((other) => profile.strong.has(other)));
  return (proper && !(isNamed && !isInside)) || !isAbout(norm);
}

/** "Near Rome" is not Rome, and no name. */
const NEAR = new Set('near around outside beside nearby'.split(' '));

/** "New" in "New York". */
const beginsName = (scene: Scene, index: number): boolean => {
  const [word, next] = [wordAt(scene, index), scene.reading.words[index + 1]];
  return (
    (word.kind === 'name' || word.kind === 'adjective') &&
    next !== undefined &&
    next.span[0] === word.span[1] + 1 &&
    isProper(scene, index + 1)
  );
};

const isProper = (scene: Scene, index: number): boolean => {
  const word = wordAt(scene, index);
  const before = scene.reading.words[index - 1];
  const isFirst =
    before === undefined || /[.!?:;\n]/.test(scene.reading.text.slice(before.span[1], word.span[0]));
  return word.kind === 'name' || (/^\p{Lu}/u.test(word.text) && !isFirst && !isShouted(scene));
};
