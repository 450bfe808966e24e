import type { Json } from '../../../schemas/core/json.ts';
import { alternatives, typesOf, type Field } from './fields.ts';
import { found, NONE, type Finding, type Source } from './finding.ts';
import { fit } from './fit.ts';
import { patternOf } from './formats.ts';
import { readNamed } from './names.ts';
import { isAhead } from './phrases.ts';
import { choiceAt, symbolsIn } from './symbols.ts';
import { wordAt, wordsWithin, type Choice, type Scene } from './scene.ts';
import { formsOf, isIn, vocabularyOf, wordsOf } from './words.ts';

/** The values that a service takes for a param, as far as it or a free lookup tells. */
export function choicesFor({ choices }: Scene, service: string, field: Field): readonly Choice[] | undefined {
  const listed = alternatives(field.schema).find((one) => Array.isArray(one['enum']))?.['enum'];
  if (Array.isArray(listed)) return listedChoices(listed);
  return choices.get(service)?.get(field.name);
}

const LISTED = new WeakMap<readonly Json[], readonly Choice[]>();

function listedChoices(listed: readonly Json[]): readonly Choice[] {
  const known = LISTED.get(listed);
  if (known !== undefined) return known;
  const choices = listed.map((value) => ({
    value: typeof value === 'string' ? value : JSON.stringify(value),
    names: [],
  }));
  LISTED.set(listed, choices);
  return choices;
}

/** What a task says for a param, brought into the form that the service asks for. Nothing is made up. */
export function valueIn(field: Field, source: Source): Finding {
  const finding = rawValue(field, source);
  if (finding.kind !== 'found') return finding;
  const { read } = finding;
  const value = fit(read.value, field.schema, source.scene.matches);
  if (value !== undefined) return { kind: 'found', read: { ...read, value } };
  return {
    kind: 'unfit',
    said: typeof read.value === 'string' ? read.value : JSON.stringify(read.value),
    words: read.words,
  };
}

function rawValue(field: Field, source: Source): Finding {
  const { scene, free, service } = source;
  if (field.schema['const'] !== undefined) return found(field.schema['const'], []);
  const choices = choicesFor(scene, service, field);
  if (ASSET_ROLES.has(field.role) && mayBeAsset(field, scene)) return assetValue(field, source, choices);
  if (choices !== undefined) return chosen(towards(field, source), choices);
  if (typesOf(field.schema).has('boolean')) return flagged(field, source);
  const ofRole = BY_ROLE.get(field.role);
  if (ofRole !== undefined) return ofRole(source, field);
  const types = typesOf(field.schema);
  if (types.has('number') || types.has('integer')) return numberValue(field, source);
  return types.size === 0 || types.has('string') ? readNamed(field, { ...source, free }) : NONE;
}

/** What a param of some roles is read from. All others are read by their type. */
const BY_ROLE: ReadonlyMap<Field['role'], (source: Source, field: Field) => Finding> = new Map([
  ['days', (source: Source) => duration(source, 1, 'past')],
  ['hours', (source: Source) => duration(source, 24, 'past')],
  ['horizon', (source: Source) => duration(source, 1, 'future')],
  ['date', (source: Source, field: Field) => dateValue(source, field, 'from')],
  ['until', (source: Source, field: Field) => dateValue(source, field, 'to')],
  ['people', (source: Source) => counted(source, PEOPLE)],
  ['url', (source: Source) => mentioned(source, 'url')],
  ['email', (source: Source) => mentioned(source, 'email')],
  ['title', titled],
  ['language', languageValue],
]);

const ASSET_ROLES: ReadonlySet<string> = new Set(['symbol', 'symbols', 'from', 'to']);

/** `to` of a message is a phone number: its pattern takes no symbol. */
function mayBeAsset({ schema }: Field, { matches }: Scene): boolean {
  const pattern = patternOf(schema);
  return pattern === undefined || ['BTC', 'btc', 'ETH/USD'].some((symbol) => matches(pattern, symbol));
}

const PEOPLE = vocabularyOf([
  'people persons person guests guest adults adult attendees participants seats visitors travellers travelers',
]);

function assetValue(field: Field, source: Source, choices: readonly Choice[] | undefined): Finding {
  const { scene, free } = source;
  const symbols = symbolsIn(scene, { words: free }, choices);
  if (field.role === 'symbols') {
    const bad = symbols.find(({ isKnown }) => !isKnown);
    if (bad !== undefined) return { kind: 'unfit', said: bad.value, words: bad.words };
    return symbols.length === 0
      ? NONE
      : found(
          symbols.map(({ value }) => value),
          symbols.flatMap(({ words }) => words),
        );
  }
  const [symbol] = symbols;
  if (symbol === undefined) return field.role === 'symbol' ? NONE : oneOf(readNamed(field, source), choices);
  return symbol.isKnown
    ? found(symbol.value, symbol.words)
    : { kind: 'unfit', said: symbol.value, words: symbol.words };
}

/** A word that is none of the choices is no value: "from USDC to gold". */
function oneOf(finding: Finding, choices: readonly Choice[] | undefined): Finding {
  if (finding.kind !== 'found' || choices === undefined) return finding;
  const { value, words } = finding.read;
  return choices.some((choice) => choice.value === value)
    ? finding
    : { kind: 'unfit', said: String(value), words };
}

function chosen({ scene, free }: Source, choices: readonly Choice[]): Finding {
  for (const place of free.keys()) {
    const named = choiceAt(scene, free, place, choices);
    if (named !== undefined) return found(named.value, named.words);
  }
  const forms = formsOfChoices(choices);
  for (const index of free) {
    const value = formsOf(wordAt(scene, index).norm)
      .map((form) => forms.get(form))
      .find((one) => one !== undefined);
    if (value !== undefined) return found(value, [index]);
  }
  return NONE;
}

const FORMS = new WeakMap<readonly Choice[], ReadonlyMap<string, string>>();

/** All forms of the choices that are one word; the first choice has a form that two share. */
function formsOfChoices(choices: readonly Choice[]): ReadonlyMap<string, string> {
  const known = FORMS.get(choices);
  if (known !== undefined) return known;
  const forms = new Map<string, string>();
  for (const { value } of choices)
    if (wordsOf(value).length === 1)
      for (const form of vocabularyOf([value])) if (!forms.has(form)) forms.set(form, value);
  FORMS.set(choices, forms);
  return forms;
}

/** "miles to kilometers": `toUnit` is what stands behind "to", `fromUnit` what does not. */
function towards({ name }: Field, source: Source): Source {
  const words = wordsOf(name);
  const [isTo, isFrom] = [
    words.includes('to') || words.includes('target'),
    words.includes('from') || words.includes('source'),
  ];
  if (isTo === isFrom) return source;
  const isBehind = (index: number): boolean => {
    const before = source.scene.reading.words[index - 1]?.norm;
    return before === 'to' || before === 'into' || before === 'in';
  };
  return { ...source, free: source.free.filter((index) => isBehind(index) === isTo) };
}

function flagged({ name }: Field, { scene, free }: Source): Finding {
  const names = wordsOf(name).filter((word) => word.length > 3 && word !== 'with' && word !== 'include');
  const words = free.filter((index) => names.includes(wordAt(scene, index).norm));
  return names.length > 0 && words.length === names.length ? found(true, words) : NONE;
}

function duration(source: Source, perDay: number, when: 'past' | 'future'): Finding {
  const { scene, mentions, free } = source;
  const fitting = mentions.find(
    (one) =>
      one.kind === 'duration' &&
      (one.when === when || (one.when === 'plain' && isAhead(scene, one.span) === (when === 'future'))),
  );
  if (fitting?.kind !== 'duration') return when === 'past' ? sinceDate(source, perDay) : NONE;
  const value = Math.max(1, Math.ceil(fitting.days * perDay - 1e-9));
  return found(value, wordsWithin(scene, fitting.span, free), fitting);
}

/** "since 1 November", "from 1 November until today": the days up to now. A day without a year is the last such day. */
function sinceDate({ scene, mentions, free }: Source, perDay: number): Finding {
  const { text, today } = scene.reading;
  const date = mentions.find((one) => one.kind === 'date');
  if (date?.kind !== 'date' || (date.to !== undefined && date.to !== today)) return NONE;
  if (!/\bsince\s+(?:the\s+)?$/iu.test(text.slice(0, date.span[0])) && date.to === undefined) return NONE;
  const isYearTold = /\d{4}/u.test(text.slice(...date.span));
  const from =
    date.from > today && !isYearTold
      ? `${Number(date.from.slice(0, 4)) - 1}${date.from.slice(4)}`
      : date.from;
  const days = (Date.parse(today) - Date.parse(from)) / 86_400_000;
  return days > 0 ? found(days * perDay, wordsWithin(scene, date.span, free), date) : NONE;
}

function dateValue({ scene, mentions, free }: Source, field: Field, end: 'from' | 'to'): Finding {
  const dates = mentions.filter((one) => one.kind === 'date');
  const range = dates.find((one) => one.kind === 'date' && one.to !== undefined);
  const one = end === 'from' ? dates[0] : (range ?? dates[1]);
  if (one?.kind !== 'date') return NONE;
  const said = scene.reading.text.slice(...one.span);
  const isVague = one.to !== undefined && !one.isCertain;
  if (isVague || isEither(said) || (AHEAD.test(field.name) && one.from < scene.reading.today))
    return { kind: 'unfit', said, words: wordsWithin(scene, one.span, free) };
  const day = end === 'from' ? one.from : (one.to ?? one.from);
  const value = field.schema['format'] === 'date-time' ? `${day}T00:00:00.000Z` : day;
  return found(value, wordsWithin(scene, one.span, free), one);
}

/** Params for days that must be still to come: nobody arrives yesterday. */
const AHEAD = /check-?_?in|arrival|pick-?_?up|departure/iu;

/** "03/04/2027" is read in two ways. */
function isEither(date: string): boolean {
  const parts = /^(\d{1,2})[/.-](\d{1,2})(?:[/.-]\d{2,4})?$/.exec(date.trim());
  return parts !== null && parts[1] !== parts[2] && Number(parts[1]) <= 12 && Number(parts[2]) <= 12;
}

function counted({ scene, mentions, free }: Source, units: ReadonlySet<string>): Finding {
  const count = mentions.find((one) => one.kind === 'count' && isIn(one.unit, units));
  return count?.kind === 'count' ? found(count.value, wordsWithin(scene, count.span, free), count) : NONE;
}

function mentioned({ mentions }: Source, kind: 'url' | 'email'): Finding {
  const [mention, ...others] = mentions.filter((one) => one.kind === kind);
  if (mention?.kind !== kind || others.length > 0) return NONE;
  return found(mention.value, [], mention);
}

const TITLES = /\b(?:titled|entitled|called|named|title|heading|headline|caption)\W*$/i;

function titled({ scene, mentions }: Source): Finding {
  const quote = mentions.find(
    (one) => one.kind === 'quote' && TITLES.test(scene.reading.text.slice(0, one.span[0])),
  );
  return quote?.kind === 'quote' ? found(quote.value.slice(0, 120), [], quote) : NONE;
}

const LANGUAGES = new Set(
  'german english french spanish italian portuguese dutch polish russian chinese japanese korean arabic turkish hindi swedish danish norwegian finnish greek czech'.split(
    ' ',
  ),
);

function languageValue({ scene, free }: Source): Finding {
  const words = free.filter((index) => LANGUAGES.has(wordAt(scene, index).norm));
  return words.length === 1 ? found(wordAt(scene, words[0]!).norm, words) : NONE;
}

/** "2 nights", "width 200": a number beside the param's own name. Nights also follow from a range of dates. */
function numberValue(field: Field, source: Source): Finding {
  const { scene, mentions, free } = source;
  const own = vocabularyOf([field.name]);
  const count = counted(source, own);
  if (count.kind === 'found') return count;
  const isYear = (index: number): boolean =>
    own.has('year') && /^(19|20|21)\d\d$/.test(wordAt(scene, index).text);
  const years = free.filter(isYear);
  if (years.length === 1) return found(Number(wordAt(scene, years[0]!).text), years);
  const stay = mentions.find((one) => one.kind === 'duration' && isIn(one.unit, own));
  if (stay?.kind === 'duration') {
    const words = wordsWithin(scene, stay.span, free);
    const range = isIn('nights', own) ? nightsIn(source) : undefined;
    const isOther = range?.kind === 'found' && range.read.value !== stay.count;
    return isOther
      ? { kind: 'unfit', said: scene.reading.text.slice(...stay.span), words }
      : found(stay.count, words, stay);
  }
  const nights = isIn('nights', own) ? nightsIn(source) : undefined;
  if (nights !== undefined) return nights;
  const named = numberBeside(own, source);
  return named.kind === 'none' && field.required && BARE.test(field.name) ? onlyNumber(source) : named;
}

/** Names that say nothing of what the number is. */
const BARE = /^(value|amount|number|quantity|n|x)$/i;

/** "Convert 10 miles": the only number there is. Its unit stays for another param. */
function onlyNumber({ scene, mentions, free }: Source): Finding {
  const numbers = mentions.filter((one) => one.kind === 'number' || one.kind === 'count');
  const [one] = numbers;
  if (numbers.length !== 1 || one === undefined) return NONE;
  const digits = wordsWithin(scene, one.span, free).filter((index) => wordAt(scene, index).kind === 'number');
  return found(one.value, digits, one);
}

/** From the first to the last day of a range, or weeks of them. Of "five days" nobody knows whether the last night counts. */
function nightsIn({ scene, mentions, free }: Source): Finding | undefined {
  const range = mentions.find((one) => one.kind === 'date' && one.to !== undefined);
  if (range?.kind === 'date') return found(nightsBetween(range.from, range.to!), []);
  const [first, last] = mentions.filter((one) => one.kind === 'date');
  if (first?.kind === 'date' && last?.kind === 'date') {
    const words = wordsWithin(scene, last.span, free);
    const isEnd =
      LEAVING.test(scene.reading.text.slice(first.span[1], last.span[0])) && last.from > first.from;
    if (isEnd) return found(nightsBetween(first.from, last.from), words, last);
  }
  const stay = mentions.find(
    (one) =>
      one.kind === 'duration' && one.when === 'plain' && /^(?:day|week|fortnight|month)$/.test(one.unit),
  );
  if (stay?.kind !== 'duration') return undefined;
  const words = wordsWithin(scene, stay.span, free);
  return /^(?:week|fortnight)$/.test(stay.unit)
    ? found(stay.days, words, stay)
    : { kind: 'unfit', said: scene.reading.text.slice(...stay.span), words };
}

const nightsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
const LEAVING = /\b(?:until|till|to|through|check-?\s?out|leav\w+|depart\w+|out)\b/i;

function numberBeside(own: ReadonlySet<string>, { scene, mentions, free }: Source): Finding {
  for (const one of mentions) {
    if (one.kind !== 'number' && one.kind !== 'count') continue;
    const at = wordsWithin(scene, one.span, free);
    const named = free.find((index) => isIn(wordAt(scene, index).norm, own));
    const isBeside = named !== undefined && at.some((index) => Math.abs(index - named) <= 2);
    if (isBeside) return found(one.value, [...at, named], one);
  }
  return NONE;
}
