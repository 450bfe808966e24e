import { overlaps } from './spans.ts';
import type { Mention, Reading } from './reading.ts';
import type { Span } from './understanding.ts';

type Money = Extract<Mention, { kind: 'money' }>;

const UNITS: readonly (readonly [RegExp, string, boolean])[] = [
  [/^(?:¢|cts?|cents?)$/i, 'USD', true],
  [/^(?:\$|dollars?|bucks?|usd)$/i, 'USD', false],
  [/^(?:€|euros?|eur)$/i, 'EUR', false],
  [/^(?:£|pounds?|gbp)$/i, 'GBP', false],
  [/^(?:¥|yen|jpy)$/i, 'JPY', false],
];
const NUMBER = '(\\d{1,15}(?:\\.\\d{1,15})?)';
const WORDS = '¢|cts?|cents?|\\$|dollars?|bucks?|usd|€|euros?|eur|£|pounds?|gbp|¥|yen|jpy';

/**
 * Sums in digits that the reading did not take for money. A limit must not be lost because a wording around it was new; what is no
 * limit by the words before or after it changes nothing.
 */
export function plainMoney({ text, mentions }: Reading, codes: readonly string[]): Money[] {
  const own = codes.filter((code) => /^\w+$/.test(code)).join('|');
  const before = new RegExp(`([$€£¥])\\s?${NUMBER}(?![\\w.,]*\\d)`, 'g');
  const after = new RegExp(
    `(?<![\\w.,$€£¥])${NUMBER}\\s?(${[WORDS, own].filter((one) => one !== '').join('|')})(?!\\w)`,
    'gi',
  );
  const found = [
    ...[...text.matchAll(before)].map((match) => moneyOf(match, match[2]!, match[1]!)),
    ...[...text.matchAll(after)].map((match) => moneyOf(match, match[1]!, match[2]!)),
  ];
  return found.filter(
    (one) => !mentions.some((other) => other.kind === 'money' && overlaps(other.span, one.span)),
  );
}

function moneyOf(match: RegExpExecArray, amount: string, unit: string): Money {
  const span: Span = [match.index, match.index + match[0].length];
  const known = UNITS.find(([pattern]) => pattern.test(unit));
  const [, currency = unit.toUpperCase(), isHundredth = false] = known ?? [];
  return { kind: 'money', span, amount: isHundredth ? hundredth(amount) : amount, currency, bound: 'none' };
}

/** "5" is 0.05 and "2.5" is 0.025, digit for digit. */
function hundredth(amount: string): string {
  const [whole = '', fraction = ''] = amount.split('.');
  const digits = whole.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}${fraction}`.replace(/\.?0+$/, '');
}
