import type { Json } from '../../../schemas/core/json.ts';
import { alternatives, isDataRole, typesOf, type Field } from './fields.ts';
import { found, NONE, type Finding, type Source } from './finding.ts';
import { fit } from './fit.ts';
import { patternOf } from './formats.ts';
import { readNamed } from './names.ts';
import { languageValue } from './language-values.ts';
import { counted, numberValue, PEOPLE } from './number-values.ts';
import { dateValue, duration } from './time-values.ts';
import { choiceAt, mayBeChoice, symbolsIn, type NamedSymbol } from './symbols.ts';
import { wordAt, wordsWithin, type Choice, type Scene } from './scene.ts';
import { formsOf, vocabularyOf, wordsOf } from './words.ts';

/** The values that a service takes for a param, as far as it or a free lookup tells. */
export function choicesFor({ choices }: Scene, service: string, field: Field): readonly Choice[] | undefined {
  const listed = alternatives(field.schema).find((one) => Array.isArray(one['enum']))?.['enum'];
  if (Array.isArray(listed)) return listedChoices(listed);
  return choices.get(service)?.get(field.name);
}

/** What people call the currencies whose codes services list. */
const CURRENCIES: ReadonlyMap<string, readonly string[]> = new Map([
  ['USD', ['dollar', 'dollars', 'us dollars', 'american dollars']],
  ['EUR', ['euro', 'euros']],
  ['GBP', ['pound', 'pounds', 'british pounds', 'pounds sterling']],
  ['JPY', ['yen', 'japanese yen']],
  ['CHF', ['franc', 'francs', 'swiss francs']],
  ['CNY', ['yuan', 'renminbi']],
  ['INR', ['rupee', 'rupees', 'indian rupees']],
]);

const LISTED = new WeakMap<readonly Json[], readonly Choice[]>();

function listedChoices(listed: readonly Json[]): readonly Choice[] {
  const known = LISTED.get(listed);
  if (known !== undefined) return known;
  const choices = listed.map((value) => ({
    value: typeof value === 'string' ? value : JSON.stringify(value),
    names: typeof value === 'string' ? (CURRENCIES.get(value) ?? []) : [],
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
  if (ASSET_ROLES.has(field.role) && mayBeAsset(field, source)) return assetValue(field, source, choices);
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

/** `to` of a message is a phone number: its pattern takes no symbol, and there is no `from` that does. */
function mayBeAsset({ role, schema }: Field, { scene, service }: Source): boolean {
  const pattern = patternOf(schema);
  const fields = scene.profiles.find((one) => one.service.id === service)?.fields ?? [];
  const isAlone =
    (role === 'from' || role === 'to') && !fields.some((one) => one.role === (role === 'to' ? 'from' : 'to'));
  if (isAlone) return false;
  return pattern === undefined || ['BTC', 'btc', 'ETH/USD'].some((symbol) => scene.matches(pattern, symbol));
}

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
  const symbol =
    symbols.find(({ words }) => isOnSide(field, scene, words[0]!)) ?? moneyIn(field, source, choices);
  if (symbol === undefined)
    return field.role === 'symbol'
      ? NONE
      : oneOf(readNamed(field, { ...source, free: sideOf(field, source) }), choices);
  return symbol.isKnown
    ? found(symbol.value, symbol.words)
    : { kind: 'unfit', said: symbol.value, words: symbol.words };
}

/** The asset behind "to" or "in" is the one that is got; the asset behind "from" is the one that is given. */
function isOnSide({ role }: Field, { reading }: Scene, index: number): boolean {
  const before = reading.words[index - 1]?.norm ?? '';
  if (role === 'from') return !/^(?:to|into|in)$/.test(before);
  return role !== 'to' || before !== 'from';
}

const sideOf = (field: Field, { scene, free }: Source): number[] =>
  free.filter((index) => isOnSide(field, scene, index));

/** "$250" begins with dollars. */
function moneyIn(
  { role }: Field,
  { scene, mentions, free }: Source,
  choices: readonly Choice[] | undefined,
): NamedSymbol | undefined {
  const money = mentions.find((one) => one.kind === 'money' && one.bound === 'none');
  const known = choices?.find(({ value }) => money?.kind === 'money' && value === money.currency);
  return role !== 'from' || known === undefined || money === undefined
    ? undefined
    : { value: known.value, words: wordsWithin(scene, money.span, free).slice(-1), isKnown: true };
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
      .find((one) => one !== undefined && mayBeChoice(scene, index, one));
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

function mentioned({ mentions }: Source, kind: 'url' | 'email'): Finding {
  const [mention, ...others] = mentions.filter((one) => one.kind === kind);
  if (mention?.kind !== kind || others.length > 0) return NONE;
  return found(mention.value, [], mention);
}

const TITLES = /\b(?:titled|entitled|called|named|title|heading|headline|caption)\W*$/i;

function titled({ scene, mentions, service }: Source): Finding {
  const quotes = mentions.filter((one) => one.kind === 'quote');
  const named = quotes.find((one) => TITLES.test(scene.reading.text.slice(0, one.span[0])));
  const profile = scene.profiles.find((one) => one.service.id === service);
  const isAlone = quotes.length === 1 && profile?.fields?.some(({ role }) => isDataRole(role)) === false;
  const quote = named ?? (isAlone ? quotes[0] : undefined);
  return quote?.kind === 'quote' ? found(quote.value.slice(0, 120), [], quote) : NONE;
}
