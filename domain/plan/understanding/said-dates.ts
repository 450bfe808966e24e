import { addDays } from './days.ts';
import type { Mention, Reading } from './reading.ts';
import type { Span } from './understanding.ts';
import { plainName, type Literal } from './deciding.ts';

/** A day that the request names, and whether it names it in so many words. */
export interface SaidDate {
  span: Span;
  isCertain: boolean;
}

type Day = Extract<Mention, { kind: 'date' }>;

const ISO = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2}))?/;
const BEGINS = /(checkin|start|from|begin|arriv|pickup)/;
const ENDS = /(checkout|end|until|till|return|depart|leave|dropoff|to$)/;

export const looksLikeDate = ({ role, schema, value }: Literal): boolean =>
  typeof value === 'string' &&
  ISO.test(value) &&
  (role === 'date' || String(schema['format']).startsWith('date') || /^\d{4}-\d{2}-\d{2}(T|$)/.test(value));

/** Where a date stands in the request: the beginning of a stay is not its end. */
export function findDate(literal: Literal, reading: Reading, open: string): SaidDate | undefined {
  const [, day, hour, minute] = ISO.exec(String(literal.value)) ?? [];
  const days = reading.mentions.filter(
    (one): one is Day => one.kind === 'date' && /\S/.test(open.slice(...one.span)),
  );
  const name = plainName(literal.name);
  const found = days.find((one) => {
    const ends = [one.to, ...staysFrom(one, reading)];
    if (BEGINS.test(name)) return one.from === day;
    if (ENDS.test(name))
      return ends.includes(day) || (one.to === undefined && one.from === day && days.length > 1);
    return one.from === day || one.to === day;
  });
  if (found === undefined || !isTimeSaid(hour, minute, open)) return undefined;
  return { span: found.span, isCertain: found.isCertain };
}

/** "From 12 December, three nights" ends on the 15th. */
function staysFrom({ from, to }: Day, { mentions }: Reading): string[] {
  if (to !== undefined) return [];
  return mentions.flatMap((one) =>
    one.kind === 'duration' && one.when === 'plain' ? [addDays(from, Math.round(one.days))] : [],
  );
}

function isTimeSaid(hour: string | undefined, minute: string | undefined, open: string): boolean {
  if (hour === undefined || (hour === '00' && minute === '00')) return true;
  const full = Number(hour);
  if (full === 12 && /\bnoon\b/i.test(open)) return true;
  const forms = [
    `0?${full}(?::|h|\\s*(?:am|pm|o'clock))`,
    `${full % 12 || 12}(?::\\d\\d)?\\s*${full < 12 ? 'am' : 'pm'}`,
  ];
  return new RegExp(`(?<!\\d)(?:${forms.join('|')})`, 'i').test(open);
}
