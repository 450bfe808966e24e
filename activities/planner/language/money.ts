import type { Mention } from '../../../domain/plan/understanding/reading.ts';
import { boundOf } from './bounds.ts';
import { NUMBER_WORDS, numberOf } from './numbers.ts';

type MoneyMention = Extract<Mention, { kind: 'money' }>;

const SIGNS: Record<string, string> = { $: 'USD', '€': 'EUR', '£': 'GBP', '¥': 'JPY' };
/** Each name with the places by which its amount is shifted to whole units. */
const NAMES: [name: RegExp, code: string, places: number][] = [
  [/^(?:euro|eur)\s?cents?$/u, 'EUR', -2],
  [/^(?:us\s+)?cents?$|^¢$/u, 'USD', -2],
  [/^pence$/u, 'GBP', -2],
  [/^(?:us\s+)?(?:dollars?|bucks?)$/u, 'USD', 0],
  [/^euros?$/u, 'EUR', 0],
  [/^(?:british\s+)?(?:pounds?|quid)$/u, 'GBP', 0],
  [/^yen$/u, 'JPY', 0],
  [/^(?:swiss\s+)?francs?$/u, 'CHF', 0],
  [/^lamports?$/u, 'SOL', -9],
  [/^bitcoins?$/u, 'BTC', 0],
  [/^ethers?$/u, 'ETH', 0],
];
const CODES = 'USD|USDC|USDT|EUR|EURC|GBP|CHF|JPY|CAD|AUD|INR|CNY|SEK|NOK|DKK|PLN|SOL|ETH|BTC|LTC|PYUSD|DAI';
const FIAT = /^(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|INR|CNY|SEK|NOK|DKK|PLN)$/u;
const WORDS =
  '(?:us\\s+|euro\\s?|eur\\s?)?cents?|¢|pence|(?:us\\s+)?(?:dollars?|bucks?)|euros?|(?:british\\s+)?(?:pounds?|quid)|yen|(?:swiss\\s+)?francs?|lamports?|bitcoins?|ethers?';
const DIGITS =
  '[1-9]\\d{0,2}(?:,\\d{3}){1,5}(?:\\.\\d{1,18})?|\\d{1,15}(?:[.,]\\d{1,18})?|(?<!\\d)\\.\\d{1,18}';
const SCALE = 'k|thousand|million';
const SCALES: Record<string, number> = { k: 3, thousand: 3, million: 6 };
/** "a quarter of a dollar" is not one. */
const AFTER = new RegExp(
  `(?<![\\w.,$€£¥-]|\\b(?:half|quarter|third|tenth|of|per|the|point)\\s)(half\\s+an?|(?:${DIGITS}|${NUMBER_WORDS}|an?)(?:\\s+and\\s+a\\s+half)?)(?:\\s?(${SCALE}))?\\s?[- ]?(${WORDS}|(?:${CODES})|[$€£¥])(?![\\p{L}\\p{N}])`,
  'giu',
);
const BEFORE = new RegExp(
  `(?<![\\w.])(?:(?:us|usd)\\s?)?([$€£¥])\\s?(${DIGITS})(?![\\d.,]\\d)(?:\\s?(${SCALE}))?(?![\\p{L}\\p{N}])(?:\\s?(usdc|usdt|usd|eur|gbp)(?!\\w))?|(?<![\\w.])(usdc|usdt|usd|eur|gbp|chf)\\s?(${DIGITS})(?![\\p{L}\\p{N}]|[.,]\\d)`,
  'giu',
);

const AND_A_HALF = /\s+and\s+a\s+half$/iu;

/** Shifts the decimal point: no money is counted in floats. */
export function shift(amount: string, places: number): string {
  const [whole = '0', part = ''] = amount.split('.');
  const left = places >= 0 ? whole : whole.padStart(1 - places, '0');
  const digits = left + part.padEnd(Math.max(0, places), '0');
  const point = left.length + places;
  const fraction = digits.slice(point).replace(/0+$/u, '');
  const units = digits.slice(0, point).replace(/^0+(?=\d)/u, '');
  return fraction === '' ? units : `${units}.${fraction}`;
}

/** "1,200.50" and "0,05" as plain decimals; undefined where "1.200 euros" may be either. */
function decimalOf(written: string, currency: string): string | undefined {
  if (/^half\b/iu.test(written)) return '0.5';
  if (/^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/u.test(written)) return shift(written.replaceAll(',', ''), 0);
  if (/^[1-9]\d{0,2}\.\d{3}$/u.test(written) && FIAT.test(currency)) return undefined;
  if (/^[\d.,]+$/u.test(written)) return shift(written.replace(',', '.').replace(/^\./u, '0.'), 0);
  const whole = numberOf(written.replace(AND_A_HALF, ''));
  return whole === undefined ? undefined : `${whole}${AND_A_HALF.test(written) ? '.5' : ''}`;
}

function currencyOf(written: string): [code: string, places: number] {
  const sign = SIGNS[written];
  if (sign !== undefined) return [sign, 0];
  const found = NAMES.find(([name]) => name.test(written.toLowerCase().replaceAll(/\s+/gu, ' ')));
  return found === undefined ? [written.toUpperCase(), 0] : [found[1], found[2]];
}

interface Parts {
  number: string;
  scale: string | undefined;
  currency: string;
}

function moneyOf(
  masked: string,
  match: RegExpExecArray,
  { number, scale = '', currency }: Parts,
): MoneyMention[] {
  const [code, places] = currencyOf(currency);
  const amount = decimalOf(number, code);
  if (amount === undefined) return [];
  const from = match.index;
  const to = from + match[0].length;
  const shifted = shift(amount, places + (SCALES[scale.toLowerCase()] ?? 0));
  return [
    { kind: 'money', amount: shifted, currency: code, bound: boundOf(masked, from, to), span: [from, to] },
  ];
}

const before = ([, sign, number, scale, asset, code, plain]: RegExpExecArray): Parts => ({
  number: number ?? plain ?? '',
  scale,
  currency: asset ?? sign ?? code ?? '',
});
const after = ([, number = '', scale, currency = '']: RegExpExecArray): Parts => ({
  number,
  scale,
  currency,
});

/** "5 cents", "$2", "0.1 SOL", "120 euros", each with what bounds it. */
export const findMoney = (masked: string): MoneyMention[] => [
  ...[...masked.matchAll(BEFORE)].flatMap((match) => moneyOf(masked, match, before(match))),
  ...[...masked.matchAll(AFTER)].flatMap((match) => moneyOf(masked, match, after(match))),
];
