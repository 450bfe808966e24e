import { overlaps } from '../../../domain/plan/understanding/spans.ts';
import type { Mention } from '../../../domain/plan/understanding/reading.ts';
import { findQuotes } from './quotes.ts';

const URL_OR_EMAIL =
  /https?:\/\/[^\s"“”<>]{1,2000}|www\.[^\s"“”<>]{1,2000}|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/giu;
const DOMAIN =
  /(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|io|dev|ai|app|xyz|eu|de|fr|uk|info|gov|edu)(?:\/[^\s"“”<>]{0,2000})?(?![\w@-])/giu;
/** A shop that is named, not a page to be read. */
const NAMES_A_SHOP = /\b(?:from|by|via|on|using|with)\s+$/iu;

const trimEnd = (address: string): string => {
  const bare = address.replace(/[.,;:!?'’\]]+$/u, '');
  return bare.endsWith(')') && !bare.includes('(') ? bare.slice(0, -1) : bare;
};

function addressOf(match: RegExpExecArray): Mention {
  const found = trimEnd(match[0]);
  const span: [number, number] = [match.index, match.index + found.length];
  if (!/^(?:https?:|www\.)/iu.test(found) && found.includes('@'))
    return { kind: 'email', value: found, span };
  return { kind: 'url', value: /^https?:/iu.test(found) ? found : `https://${found}`, span };
}

const isPage = (text: string, match: RegExpExecArray): boolean =>
  match[0].includes('/') || !NAMES_A_SHOP.test(text.slice(Math.max(0, match.index - 12), match.index));

const findAddresses = (text: string): Mention[] => [
  ...[...text.matchAll(URL_OR_EMAIL)].map(addressOf),
  ...[...text.matchAll(DOMAIN)].filter((match) => isPage(text, match)).map(addressOf),
];

const keepFirst = (kept: Mention[], next: Mention): Mention[] =>
  kept.some((one) => overlaps(one.span, next.span)) ? kept : [...kept, next];

/** Quoted texts and addresses. What lies within a quote belongs to the quote; a quote that is an address is an address. */
export function findQuotesAndAddresses(text: string): Mention[] {
  const addresses = findAddresses(text);
  const isAddress = (quote: Mention): boolean =>
    addresses.some(
      ({ span }) =>
        span[0] <= quote.span[0] && span[1] >= quote.span[0] + text.slice(...quote.span).trimEnd().length,
    );
  return [...findQuotes(text).filter((quote) => !isAddress(quote)), ...addresses].reduce(keepFirst, []);
}

/** The text with blanks where mentions are, so that places stay the same. */
export const blankOut = (text: string, spans: readonly Pick<Mention, 'span'>[]): string =>
  spans.reduce(
    (masked, { span: [from, to] }) => masked.slice(0, from) + ' '.repeat(to - from) + masked.slice(to),
    text,
  );
