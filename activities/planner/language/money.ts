import type { Mention } from '../../../domain/plan/understanding/reading.ts';
import { NUMBER_WORDS, numberOf } from './numbers.ts';

type MoneyMention = Extract<Mention, { kind: 'money' }>;
type Bound = MoneyMention['bound'];

const SIGNS: Record<string, string> = { $: 'USD', '€': 'EUR', '£': 'GBP', '¥': 'JPY' };
const NAMES: [RegExp, string, number][] = [
  [/^(?:us\s+)?cents?$|^¢$/u, 'USD', -2],
  [/^(?:euro|eur)\s?cents?$/u, 'EUR', -2],
  [/^pence$/u, 'GBP', -2],
  [/^(?:us\s+)?(?:dollars?|bucks?)$/u, 'USD', 0],
  [/^euros?$/u, 'EUR', 0],
  [/^(?:british\s+)?(?:pounds?|quid)$/u, 'GBP', 0],
  [/^yen$/u, 'JPY', 0],
  [/^(?:swiss\s+)?francs?$/u, 'CHF', 0],
  [/^lamports?$/u, 'SOL', -9],
  [/^sols?$/u, 'SOL', 0],
  [/^(?:bitcoins?)$/u, 'BTC', 0],
  [/^(?:ethers?)$/u, 'ETH', 0],
];
const CODES = 'USD|USDC|USDT|EUR|EURC|GBP|CHF|JPY|CAD|AUD|INR|CNY|SEK|NOK|DKK|PLN|SOL|ETH|BTC|LTC|PYUSD|DAI';
const WORDS = `(?:us\\s+|euro\\s?|eur\\s?)?cents?|¢|pence|(?:us\\s+)?dollars?|bucks?|euros?|(?:british\\s+)?pounds?|quid|yen|(?:swiss\\s+)?francs?|lamports?|bitcoins?|ethers?`;
const DIGITS = '\\d{1,3}(?:,\\d{3}){1,5}(?:\\.\\d{1,18})?|\\d{1,15}(?:[.,]\\d{1,18})?|(?<!\\d)\\.\\d{1,18}';
const NUMBER = `${DIGITS}|${NUMBER_WORDS}|an?`;
const AFTER = new RegExp(
  `(?<![\\w.,$€£¥-])(${NUMBER})(\\s?k)?\\s?[- ]?(${WORDS}|(?:${CODES})|[$€£¥])(?![\\p{L}\\p{N}])`,
  'giu',
);
const BEFORE = new RegExp(
  `(?<![\\w.])(?:(?:us|usd)\\s?)?([$€£¥])\\s?(${DIGITS})(k)?(?![\\p{L}\\p{N}])(?:\\s?(usdc|usdt|usd|eur|gbp)(?!\\w))?|(?<![\\w.])(usdc|usdt|usd|eur|gbp|chf)\\s?(${DIGITS})(?![\\p{L}\\p{N}])`,
  'giu',
);

const MAX =
  /(?:\b(?:under|below|at\s+most|(?:not|no|never|nothing)(?:\s+(?:cost(?:ing)?|spend(?:ing)?|pay(?:ing)?))?\s+(?:more|higher|greater|over|above)(?:\s+than)?|not\s+(?:exceed(?:ing)?|spend\s+(?:more|over)(?:\s+than)?)|(?:n't|not)\s+(?:spend|pay|cost|exceed|go)\s*(?:more\s+than|over|above)?|up\s+to|max(?:imum)?(?:\s+(?:of|is|cost|price|budget))?|less\s+than|cheaper\s+than|lower\s+than|(?:budget|limit|cap|spend)(?:\s+(?:of|is|at|to))?|no\s+more|within|to\s+a\s+maximum\s+of)|<=?|≤)[\s:]*(?:a\s+(?:total|maximum)\s+of\s+)?(?:the\s+)?$/iu;
const MIN =
  /(?:\b(?:at\s+least|more\s+than|(?<!not\s)over|above|min(?:imum)?(?:\s+of)?|no\s+less\s+than|not\s+less\s+than|from)|>=?|≥)[\s:]*$/iu;
const MAX_AFTER =
  /^\s*(?:\(?max(?:imum)?\b|at\s+(?:the\s+)?most|or\s+(?:less|under|cheaper|below)|tops\b|limit\b)/iu;
const MIN_AFTER = /^\s*(?:or\s+more|at\s+least|minimum\b|and\s+(?:up|above))/iu;
const AROUND = 48;

/** What the words around a number say about it. */
export function boundOf(masked: string, from: number, to: number): Bound {
  const before = masked.slice(Math.max(0, from - AROUND), from);
  const after = masked.slice(to, to + AROUND);
  if (MAX.test(before) || MAX_AFTER.test(after)) return 'max';
  return MIN.test(before) || MIN_AFTER.test(after) ? 'min' : 'none';
}

/** Shifts the decimal point: no money is counted in floats. */
export function shift(amount: string, places: number): string {
  const [whole = '0', part = ''] = amount.split('.');
  const digits = places >= 0 ? whole + part.padEnd(places, '0') : whole.padStart(1 - places, '0') + part;
  const point = places >= 0 ? whole.length + places : Math.max(whole.length, 1 - places) + places;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/u, '');
  const right = digits.slice(point).replace(/0+$/u, '');
  return right === '' ? left : `${left}.${right}`;
}

/** "1,200.50" and "0,05" as plain decimals; undefined where it could be either. */
function decimalOf(written: string): string | undefined {
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/u.test(written)) return shift(written.replaceAll(',', ''), 0);
  if (/^[\d.,]+$/u.test(written)) return shift(written.replace(',', '.').replace(/^\./u, '0.'), 0);
  const value = numberOf(written);
  return value === undefined ? undefined : String(value);
}

function currencyOf(written: string): [code: string, places: number] {
  const sign = SIGNS[written];
  if (sign !== undefined) return [sign, 0];
  const found = NAMES.find(([name]) => name.test(written.toLowerCase().replaceAll(/\s+/gu, ' ')));
  return found === undefined ? [written.toUpperCase(), 0] : [found[1], found[2]];
}

function moneyOf(
  masked: string,
  match: RegExpMatchArray,
  number: string,
  currency: string,
  isThousands: boolean,
): MoneyMention[] {
  const amount = decimalOf(number);
  if (amount === undefined) return [];
  const [code, places] = currencyOf(currency);
  const from = match.index ?? 0;
  const to = from + match[0].length;
  return [
    {
      kind: 'money',
      amount: shift(amount, places + (isThousands ? 3 : 0)),
      currency: code,
      bound: boundOf(masked, from, to),
      span: [from, to],
    },
  ];
}

/** "5 cents", "$2", "0.1 SOL", "120 euros", each with what bounds it. */
export const findMoney = (masked: string): MoneyMention[] => [
  ...[...masked.matchAll(BEFORE)].flatMap((match) =>
    moneyOf(
      masked,
      match,
      match[2] ?? match[6] ?? '',
      match[4] ?? match[1] ?? match[5] ?? '',
      match[3] !== undefined,
    ),
  ),
  ...[...masked.matchAll(AFTER)].flatMap((match) =>
    moneyOf(masked, match, match[1] ?? '', match[3] ?? '', match[2] !== undefined),
  ),
];
