import type { Mention, Reading } from './reading.ts';
import { overlaps } from './spans.ts';
import type { Span, UnderstoodPart, WordLimits } from './understanding.ts';

/** Names that the catalogue has: a name in lower case is recognised only by them. */
export interface Sellers {
  /** Names and ids of services, names of sellers. */
  sellers?: readonly string[];
}

type Found = { limits: Pick<WordLimits, 'verifiedOnly' | 'notFrom'>; parts: UnderstoodPart[] };

const WHO = '(?:services?|sellers?|providers?|vendors?|agents?|sources?|suppliers?|merchants?|shops?|ones)';
const VERIFIED = new RegExp(
  [
    `(?<!\\bnot )\\bonly (?:\\w+ ){0,3}?(?:verified|vetted) ${WHO}\\b`,
    `\\bverified ${WHO}(?: only| alone)?\\b`,
    `\\b(?:verified only|only verified)(?=\\s*(?:[.,;!)]|$|please\\b))`,
    `\\b(?:no|not|never|nothing|don't|do not|without|avoid)\\b(?: \\w+){0,4}? (?:un|non-?|not )verified(?: ${WHO})?`,
    `\\b${WHO} (?:must|should|have to|has to|need to) be verified\\b`,
    `\\b${WHO} that (?:are|is) verified\\b`,
    `\\bif (?:the |your |its )?${WHO} (?:is|are) verified\\b`,
  ].join('|'),
  'gi',
);

/** What nothing may be bought from: after "from" anything with a name, after "use" only a name of the catalogue. */
const NOT_FROM = new RegExp(
  [
    `\\b(?:not|nothing|never|none|neither|no ${WHO}|anything but)(?: (?:bought|buy|buying|taken|take|sold|coming|come|anything|be))* (?:from|by)`,
    `\\b(?:do not|don't|never|without|not) (?:buy|buying|order|ordering|take|taking|purchase|purchasing|get|getting)(?: (?:anything|it|this|that|them|data|prices?))? from`,
  ].join('|'),
  'gi',
);
const NOT_USE =
  /\b(?:(?:do not|don't|never|without|not|no) (?:use|using|hire|hiring|call|calling|pay|paying|involve|involving)|avoid|except(?: from| for)?|excluding|but not)\b/gi;
const NOUN = new RegExp(`^(?:\\s+(?:the|any|an?|${WHO}|from|by|of|called|named))*\\s+`, 'i');
const ENDS = /^(?:[^\p{L}\p{N}"“'‘]*$)/u;

/** "Only verified services", "not from X", "don't use X". */
export function sellerLimits(reading: Reading, { sellers = [] }: Sellers): Found {
  const found: Found = { limits: {}, parts: [] };
  const text = shadow(reading);
  for (const match of text.matchAll(VERIFIED)) {
    const isIf = match[0].toLowerCase().startsWith('if ');
    if (!isIf && isConditional([match.index, match.index + match[0].length], reading)) continue;
    found.limits.verifiedOnly = true;
    found.parts.push(partOf(reading, match.index, match.index + match[0].length, 'verifiedOnly', true));
  }
  for (const [pattern, known] of [
    [NOT_FROM, false],
    [NOT_USE, true],
  ] as const)
    for (const match of text.matchAll(pattern)) addNames(found, reading, sellers, match, known);
  return found;
}

function addNames(
  found: Found,
  reading: Reading,
  sellers: readonly string[],
  match: RegExpExecArray,
  mustBeKnown: boolean,
): void {
  let at = match.index + match[0].length;
  for (let count = 0; count < MOST_NAMES; count += 1) {
    const lead = (count === 0 ? NOUN : BETWEEN).exec(reading.text.slice(at))?.[0];
    const named = lead === undefined ? undefined : nameAt(reading, at + lead.length, sellers, mustBeKnown);
    if (named === undefined) return;
    const [start, end] = named;
    const name = reading.text.slice(start, end).replaceAll(/^["“”'‘’]|["“”'‘’]$/g, '');
    found.limits.notFrom = [...new Set([...(found.limits.notFrom ?? []), name])];
    found.parts.push(partOf(reading, count === 0 ? match.index : start, end, 'notFrom', name));
    at = end;
  }
}

const MOST_NAMES = 20;
const BETWEEN = /^(?:\s*,\s*(?:and |or |nor )?|\s+(?:and|or|nor) )(?:from |by )?(?:the )?/i;

/** A name of the catalogue, a quote, an address, or words that are written or unknown as names are. */
function nameAt(
  reading: Reading,
  at: number,
  sellers: readonly string[],
  mustBeKnown: boolean,
): Span | undefined {
  const rest = reading.text.slice(at);
  if (ENDS.test(rest)) return undefined;
  const known = sellers
    .filter((name) => name.trim() !== '' && startsWith(rest, name))
    .toSorted((a, b) => b.length - a.length)[0];
  if (known !== undefined) return [at, at + known.length];
  if (mustBeKnown) return undefined;
  const marked = reading.mentions.find((one) => isNamed(one) && one.span[0] <= at && at < one.span[1]);
  if (marked !== undefined) return marked.span;
  return writtenName(reading, at);
}

const isNamed = ({ kind }: Mention): boolean => kind === 'quote' || kind === 'url';

const startsWith = (rest: string, name: string): boolean =>
  rest.slice(0, name.length).toLowerCase() === name.toLowerCase() &&
  !/^[\p{L}\p{N}]/u.test(rest.slice(name.length));

function writtenName(reading: Reading, at: number): Span | undefined {
  const words = reading.words.filter(({ span }) => span[0] >= at);
  let end: number | undefined;
  for (const { text, span, kind, isKnown } of words) {
    const isDated = reading.mentions.some((one) => one.kind !== 'quote' && overlaps(one.span, span));
    const gap = reading.text.slice(end ?? at, span[0]);
    if (isDated || !/^ ?$/.test(gap)) break;
    if (!/^\p{Lu}/u.test(text) && kind !== 'name' && isKnown) break;
    end = span[1];
  }
  return end === undefined ? undefined : [at, end];
}

const isConditional = (span: Span, { clauses }: Reading): boolean =>
  clauses.some((clause) => clause.mood === 'condition' && overlaps(clause.span, span));

/** The text with quotes and addresses blanked, so that nothing in them is taken for a limit; spans stay. */
function shadow({ text, mentions }: Reading): string {
  let plain = text.replaceAll('’', "'");
  for (const { kind, span } of mentions)
    if (kind === 'quote' || kind === 'url' || kind === 'email')
      plain = plain.slice(0, span[0]) + '\u0001'.repeat(span[1] - span[0]) + plain.slice(span[1]);
  return plain;
}

const partOf = (
  { text }: Reading,
  start: number,
  end: number,
  field: string,
  value: string | true,
): UnderstoodPart => ({ text: text.slice(start, end), span: [start, end], as: 'limit', field, value });
