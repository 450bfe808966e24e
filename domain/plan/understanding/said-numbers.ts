import { daysBetween } from './days.ts';
import type { Mention, Reading } from './reading.ts';
import type { Span } from './understanding.ts';
import { overlaps } from './spans.ts';
import { plainName, type Literal } from './deciding.ts';

interface SaidNumber {
  value: number;
  span: Span;
  of: 'people' | 'time' | 'money' | 'nights' | 'plain';
}

const PEOPLE =
  /^(people|person|adult|guest|attendee|participant|seat|travell?er|passenger|visitor|kid|child|friend|pax|us|of us)/i;

/** Where a number stands in the request as what its field is for: two nights are not two people. */
export function findNumber(
  value: number,
  literal: Literal,
  reading: Reading,
  open: string,
): Span | undefined {
  const wanted = kindsOf(literal);
  return numbersOf(reading, open).find((one) => one.value === value && wanted.includes(one.of))?.span;
}

function kindsOf({ role, name }: Literal): SaidNumber['of'][] {
  const plain = plainName(name);
  if (role === 'people') return ['people', 'plain'];
  if (/nights?$/.test(plain)) return ['nights', 'time', 'plain'];
  if (role === 'days' || role === 'hours' || role === 'horizon') return ['time', 'nights', 'plain'];
  if (/(amount|price|budget|cost|value|sum)$/.test(plain)) return ['money', 'plain'];
  return ['people', 'time', 'money', 'nights', 'plain'];
}

/** Numbers in words and digits; `open` is the text with everything blanked that may not be taken. */
function numbersOf({ mentions }: Reading, open: string): SaidNumber[] {
  const isOpen = ({ span }: Mention): boolean => /\S/.test(open.slice(...span));
  const digits = [...open.matchAll(/(?<![\p{L}\p{N}.,])\d{1,15}(?:\.\d{1,15})?(?![\p{L}\p{N}])/gu)]
    .map((match): SaidNumber => ({
      value: Number(match[0]),
      span: [match.index, match.index + match[0].length],
      of: 'plain',
    }))
    .filter(({ span }) => !mentions.some((one) => one.kind !== 'number' && overlaps(one.span, span)));
  return [...mentions.filter(isOpen).flatMap(measures), ...digits];
}

function measures(mention: Mention): SaidNumber[] {
  const { span } = mention;
  switch (mention.kind) {
    case 'number':
      return [{ value: mention.value, span, of: 'plain' }];
    case 'count':
      return [{ value: mention.value, span, of: countOf(mention.unit) }];
    case 'money':
      return [{ value: Number(mention.amount), span, of: 'money' }];
    case 'duration':
      return [mention.count, mention.days, mention.days * 24].map((value) => ({
        value,
        span,
        of: /night/i.test(mention.unit) ? 'nights' : 'time',
      }));
    case 'date':
      return mention.to === undefined
        ? []
        : [{ value: daysBetween(mention.from, mention.to), span, of: 'nights' }];
    case 'quote':
    case 'url':
    case 'email':
      return [];
  }
}

const countOf = (unit: string): SaidNumber['of'] =>
  PEOPLE.test(unit)
    ? 'people'
    : /^night/i.test(unit)
      ? 'nights'
      : /^(day|hour|week|month|year|minute)/i.test(unit)
        ? 'time'
        : 'plain';
