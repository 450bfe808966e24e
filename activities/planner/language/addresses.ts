import type { Mention } from '../../../domain/plan/understanding/reading.ts';

const URL_OR_EMAIL =
  /https?:\/\/[^\s"“”<>]{1,2000}|www\.[^\s"“”<>]{1,2000}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/giu;
const DOMAIN =
  /(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|io|dev|ai|app|xyz|eu|de|fr|uk|info|gov|edu)(?:\/[^\s"“”<>]{0,2000})?(?![\w-])/giu;
/** A shop that is named, not a page to be read. */
const NAMES_A_SHOP = /\b(?:from|by|via|on|using)\s+$/iu;
const QUOTES = [
  /"([^"\n]{1,5000})"/gu,
  /“([^”]{1,5000})”/gu,
  /«([^»]{1,5000})»/gu,
  /(?<![\p{L}\p{N}])['‘]([^'‘’\n]{2,5000})['’](?![\p{L}\p{N}])/gu,
];
const AFTER_COLON =
  /\b(?:text|following|this|message|sentences?|paragraph|words?|phrase|quote|passage|article|content|note|email|letter|poem|story)(?:\s+(?:text|one|to|into|in|for|as|\p{L}{1,20})){0,4}\s?:\s*(?!\/\/)(\S[\s\S]*)$/iu;

const atOf = (match: RegExpMatchArray): number => match.index ?? 0;

const trimEnd = (address: string): string => {
  const bare = address.replace(/[.,;:!?'’\]]+$/u, '');
  return bare.endsWith(')') && !bare.includes('(') ? bare.slice(0, -1) : bare;
};

function addressOf(match: RegExpMatchArray): Mention {
  const found = trimEnd(match[0]);
  const span: [number, number] = [atOf(match), atOf(match) + found.length];
  if (!/^(?:https?:|www\.)/iu.test(found) && found.includes('@'))
    return { kind: 'email', value: found, span };
  return { kind: 'url', value: /^https?:/iu.test(found) ? found : `https://${found}`, span };
}

const domainsOf = (text: string): Mention[] =>
  [...text.matchAll(DOMAIN)]
    .filter((match) => !NAMES_A_SHOP.test(text.slice(Math.max(0, atOf(match) - 12), atOf(match))))
    .map(addressOf);

const overlaps = (one: Mention, other: Mention): boolean =>
  one.span[0] < other.span[1] && other.span[0] < one.span[1];

function quoteOf(match: RegExpMatchArray): Mention {
  const inner = match[1] ?? '';
  const from =
    atOf(match) +
    match[0].indexOf(inner, match[0].length - inner.length - (match[0].endsWith(inner) ? 0 : 1));
  return { kind: 'quote', value: inner, span: [from, from + inner.length] };
}

const quotesOf = (text: string): Mention[] => {
  const marked = QUOTES.flatMap((pattern) => [...text.matchAll(pattern)].map(quoteOf));
  if (marked.length > 0) return marked;
  const after = AFTER_COLON.exec(text);
  const value = after?.[1]?.trimEnd();
  if (after === null || value === undefined || /^\s*(?:\d{1,2}[.)]|[-*•])\s/u.test(value)) return [];
  const from = after.index + after[0].length - (after[1]?.length ?? 0);
  return [{ kind: 'quote', value, span: [from, from + value.length] }];
};

const keepFirst = (kept: Mention[], next: Mention): Mention[] =>
  kept.some((one) => overlaps(one, next)) ? kept : [...kept, next];

/** Quoted texts and addresses. What lies within a quote belongs to the quote. */
export const findQuotesAndAddresses = (text: string): Mention[] =>
  [...quotesOf(text), ...[...text.matchAll(URL_OR_EMAIL)].map(addressOf), ...domainsOf(text)].reduce(
    keepFirst,
    [],
  );

/** The text with blanks where mentions are, so that places stay the same. */
export const blankOut = (text: string, mentions: readonly Mention[]): string =>
  mentions.reduce(
    (masked, { span: [from, to] }) => masked.slice(0, from) + ' '.repeat(to - from) + masked.slice(to),
    text,
  );
