import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { isObject } from '../../json.ts';
import type { FieldRole } from '../rules/fields.ts';
import { plainName, type Literal } from './deciding.ts';
import { blank, findWords, fold } from './folded.ts';
import { nameOfLanguage, namesOfSymbol } from './known-names.ts';
import type { Reading } from './reading.ts';
import { findDate, looksLikeDate } from './said-dates.ts';
import { findNumber } from './said-numbers.ts';
import type { Span } from './understanding.ts';

/** Where values may come from: the words of a person, without those that forbid or limit something. */
export interface Source {
  reading: Reading;
  /** What a person answered to questions, by field. */
  answers: JsonObject;
  /** Passages that no value is taken from: what is not to be done, limits, names of sellers to avoid. */
  closed: readonly Span[];
}

/** A value that a person gave; `span` where it is in the request, `why` where it was read from something less plain. */
export interface Said {
  span?: Span;
  why?: string;
}

/** Where a person gave a literal; undefined when nobody did. */
export function findSaid(literal: Literal, { reading, answers, closed }: Source): Said | undefined {
  const answer = answerFor(literal, answers);
  if (answer !== undefined) return findInAnswer(literal, answer, reading);
  const open = blank(reading.text, [...closed, ...closedQuotes(literal, reading)]);
  const found = findIn(literal, reading, open);
  if (found !== undefined) return found;
  const others = Object.values(answers).filter((one) => typeof one === 'string' || typeof one === 'number');
  return others.some((one) => fold(String(one)).text === fold(String(literal.value)).text) ? {} : undefined;
}

function answerFor({ param, name }: Literal, answers: JsonObject): Json | undefined {
  const key = [param, name].find((one) => Object.hasOwn(answers, one));
  return key === undefined ? undefined : answers[key];
}

/** An answer is in the words of a person, too: "Solana" for SOL. A day that is not written as one is shown as it was read. */
function findInAnswer(literal: Literal, answer: Json, reading: Reading): Said | undefined {
  if (typeof answer === 'boolean') return answer === literal.value ? {} : undefined;
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const alone: Reading = { ...reading, text, words: [], clauses: [], mentions: [] };
  if (String(literal.value) === text || findIn(literal, alone, text) !== undefined) return {};
  const isOpenDate = looksLikeDate(literal) && !/\d{4}-\d{2}-\d{2}/.test(text);
  return isOpenDate ? { why: `Read from the answer "${text.slice(0, 60)}".` } : undefined;
}

const MAY_QUOTE: ReadonlySet<FieldRole> = new Set(['text', 'data', 'sections', 'query']);

/** What is quoted is material: no symbol, place or address is taken out of it, unless the quote is just that. */
function closedQuotes({ role, value }: Literal, { mentions }: Reading): Span[] {
  if (MAY_QUOTE.has(role)) return [];
  return mentions
    .filter((one) => one.kind === 'quote' && fold(one.value).text !== fold(String(value)).text)
    .map(({ span }) => span);
}

function findIn(literal: Literal, reading: Reading, open: string): Said | undefined {
  const { value } = literal;
  if (typeof value === 'boolean') return findFlag(literal, open);
  if (typeof value === 'number') return at(findNumber(value, literal, reading, open));
  if (/^\d{1,15}(\.\d{1,15})?$/.test(value)) {
    const number = findNumber(Number(value), literal, reading, open);
    if (number !== undefined) return { span: number };
  }
  if (looksLikeDate(literal)) {
    const date = findDate(literal, reading, open);
    if (date === undefined) return at(verbatim(value, open));
    return date.isCertain
      ? { span: date.span }
      : { span: date.span, why: `Read from "${reading.text.slice(...date.span)}".` };
  }
  return at(findText(literal, value, reading, open));
}

const at = (span: Span | undefined): Said | undefined => (span === undefined ? undefined : { span });

type Find = (value: string, literal: Literal, reading: Reading, open: string) => Span | undefined;

const findAddress: Find = (value, _literal, _reading, open) => verbatim(value, open);
const findCoin: Find = (value, literal, _reading, open) =>
  findSymbol(literal, value, open) ?? findParts(value.split(/[/_-]/), literal, open);

/** How values of a role are said; all others as they are. */
const FINDERS: { readonly [role in FieldRole]?: Find } = {
  url: findAddress,
  email: findAddress,
  symbol: findCoin,
  symbols: findCoin,
  from: findCoin,
  to: findCoin,
  text: (value, _literal, reading, open) => findMaterial(value, reading, open),
  query: (value, _literal, reading, open) => findWords(fold(open), value) ?? findEach(value, reading, open),
  language: (value, { schema }, _reading, open) =>
    findNamed([value, nameOfLanguage(value) ?? '', ...labelsOf(schema, value)], open),
  location: (value, { schema }, _reading, open) =>
    findNamed([value, ...labelsOf(schema, value)], open) ?? findPlaces(value, open),
};

const findText = (literal: Literal, value: string, reading: Reading, open: string): Span | undefined =>
  (FINDERS[literal.role] ?? findPlain)(value, literal, reading, open);

/** A name, an id or a choice. What looks like an address is none unless it is there letter for letter. */
function findPlain(value: string, { schema }: Literal, reading: Reading, open: string): Span | undefined {
  const found = /[@:/]/.test(value) ? verbatim(value, open) : undefined;
  if (found !== undefined || /@|:\/\//.test(value)) return found;
  const named = findNamed([value, ...labelsOf(schema, value)], open);
  return named ?? (Array.isArray(schema['enum']) ? findEach(value, reading, open) : undefined);
}

function findNamed(names: readonly string[], open: string): Span | undefined {
  const folded = fold(open);
  for (const name of names) {
    const span = findWords(folded, name);
    if (span !== undefined) return span;
  }
  return undefined;
}

/** Letter for letter, but for the case of addresses and what people leave out of them. */
function verbatim(value: string, open: string): Span | undefined {
  const wanted = plainAddress(value);
  if (wanted === '') return undefined;
  for (const match of open.matchAll(/[^\s"'“”‘’<>()[\]{}]+/g))
    for (const cut of [match[0], match[0].replace(/[.,;:!?]+$/, '')])
      if (plainAddress(cut) === wanted) return [match.index, match.index + cut.length];
  return undefined;
}

const plainAddress = (text: string): string =>
  text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/$/, '')
    .toLowerCase();

/** Symbols that are words as well: only in capitals, or with a dollar sign, do they mean a coin. */
const WORDS_TOO = new Set(
  'LINK DOT ADA UNI APE SAND NEAR ONE GAS FLOW MASK BAND SUN WIN HOT KEY ICE GAME CAKE SUPER ATOM BASE COMP FUN GRT HIGH JOE LIT MAGIC OP PEOPLE RARE REN RIF STORM TIME TRUST WAVES ALL ANY CAN FOR GET IN IS IT MY NOT OF ON OR OUT THE TO UP'.split(
    ' ',
  ),
);

function findSymbol({ schema }: Literal, value: string, open: string): Span | undefined {
  const named = findNamed([...labelsOf(schema, value), ...namesOfSymbol(value)], open);
  if (named !== undefined) return named;
  const bare = value.replace(/^\$/, '');
  if (!WORDS_TOO.has(bare.toUpperCase())) return findNamed([bare], open);
  const index = open.search(
    new RegExp(`(?<![\\p{L}\\p{N}])\\$?${bare.toUpperCase()}(?![\\p{L}\\p{N}])`, 'u'),
  );
  return index < 0 ? undefined : [index, index + bare.length + Number(open[index] === '$')];
}

function findParts(parts: readonly string[], literal: Literal, open: string): Span | undefined {
  if (parts.length < 2) return undefined;
  const spans = parts.map((part) => findSymbol(literal, part, open));
  return spans.includes(undefined) ? undefined : spans[0];
}

/** "Paris, France" when both are said, wherever. */
function findPlaces(value: string, open: string): Span | undefined {
  const parts = value.split(',');
  if (parts.length < 2) return undefined;
  const spans = parts.map((part) => findWords(fold(open), part));
  return spans.includes(undefined) ? undefined : spans[0];
}

/** Every word is said, in any order and as whatever form of it. */
function findEach(value: string, { words }: Reading, open: string): Span | undefined {
  const said = words.filter(({ span }) => /\S/.test(open.slice(...span)));
  const folded = fold(open);
  const spans = fold(value)
    .text.trim()
    .split(' ')
    .map(
      (word) => findWords(folded, word) ?? said.find((one) => one.norm === word || one.root === word)?.span,
    );
  return spans.includes(undefined) ? undefined : spans[0];
}

const REFERS = /^(?:the|a|an|this|that|these|those|my|our|your|it|its|all|any|some|latest|recent|current)\b/i;
const FEW_WORDS = 12;

/**
 * A text to work on. "Summarize the news about Solana" has none: the whole request is not its own material, and a few words of an
 * instruction that point at something are not that something.
 */
function findMaterial(value: string, reading: Reading, open: string): Span | undefined {
  const span = findWords(fold(open), value);
  if (span === undefined || fold(value).text === fold(reading.text).text) return undefined;
  const inside = ({ span: [start, end] }: { span: Span }): boolean => start <= span[0] && span[1] <= end;
  const isQuoted = reading.mentions.some((one) => one.kind === 'quote' && inside(one));
  const isTold = /[:\n]\s*["“]?$/.test(reading.text.slice(0, span[0]));
  const isLong = fold(value).text.trim().split(' ').length >= FEW_WORDS;
  return isQuoted || isTold || isLong || !REFERS.test(value.trim()) ? span : undefined;
}

/** `breakfast: true` is said by "with breakfast"; `false` asks for nothing more than the service gives anyway. */
function findFlag({ name, value }: Literal, open: string): Said | undefined {
  if (value === false) return { why: 'The request does not ask for it.' };
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .replaceAll(/\b(?:include|includes|with|is|has|want|wants|add|needs?)\b/gi, ' ');
  return plainName(words) === '' ? undefined : at(findWords(fold(open), words));
}

/** What a schema itself calls one of its values: `oneOf: [{const, title}]`, or names beside `enum`. */
export function labelsOf(schema: JsonObject, value: string): string[] {
  const members = [schema['oneOf'], schema['anyOf']].flatMap((list) => (Array.isArray(list) ? list : []));
  const titled = members.flatMap((one) =>
    isObject(one) && one['const'] === value && typeof one['title'] === 'string' ? [one['title']] : [],
  );
  const values = Array.isArray(schema['enum']) ? schema['enum'] : [];
  const labels = ['enumNames', 'x-enumNames', 'x-enum-labels'].flatMap((key) => {
    const names = schema[key];
    const label = Array.isArray(names) ? names[values.indexOf(value)] : undefined;
    return typeof label === 'string' ? [label] : [];
  });
  return [...titled, ...labels];
}
