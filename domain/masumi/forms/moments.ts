/** Kinds of inputs for dates and times, by their HTML names. */
export type MomentKind = 'date' | 'time' | 'datetime-local' | 'month' | 'week';

/** How each kind is written, for people. */
export const MOMENT_FORMATS = {
  date: 'YYYY-MM-DD',
  time: 'HH:MM or HH:MM:SS',
  'datetime-local': 'YYYY-MM-DDTHH:MM',
  month: 'YYYY-MM',
  week: 'YYYY-Wnn',
} as const satisfies { [kind in MomentKind]: string };

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?$/;

const MONTH = /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])$/;
const WEEK = /^(?!0000)\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])$/;
const ZONED = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/i;

/**
 * A date or time as HTML writes it (no time zone); undefined for anything else. A space between date and time becomes `T`.
 * A time with a zone (ISO 8601, RFC 3339) is told in UTC, so that one instant is one value. A date keeps the day that was
 * written, whatever time and zone follow it.
 */
export function momentOf(kind: MomentKind, text: string): string | undefined {
  if (kind === 'month') return MONTH.test(text) ? text : undefined;
  if (kind === 'week') return WEEK.test(text) ? text : undefined;
  if (kind === 'time') return TIME.test(text) ? text : inUtc(`2000-01-01T${text}`)?.slice(11);
  const both = localOf(text) ?? inUtc(text);
  if (kind === 'datetime-local') return both;
  const day = text.slice(0, 10);
  return isDate(day) && (text === day || both !== undefined) ? day : undefined;
}

function localOf(text: string): string | undefined {
  const [, date, time] = /^(.{10})[T ](.{5,12})$/.exec(text) ?? [];
  const isLocal = date !== undefined && time !== undefined && isDate(date) && TIME.test(time);
  return isLocal ? `${date}T${time}` : undefined;
}

/** Written as short as browsers write it: without seconds and milliseconds that are 0. */
function inUtc(text: string): string | undefined {
  const [, date = '', minutes, seconds = ':00', fraction = '.', zone = ''] = ZONED.exec(text) ?? [];
  if (!isDate(date)) return undefined;
  const offset = zone.toUpperCase().replace(/^(...)(\d\d)$/, '$1:$2');
  const ms = Date.parse(`${date}T${minutes}${seconds}${fraction.slice(0, 4).padEnd(4, '0')}${offset}`);
  const utc = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
  return /^\d{4}-/.test(utc) ? utc.replace(/(?::00)?\.000Z$|Z$/, '') : undefined;
}

function isDate(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (!year || !month || !day) return false;
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Within the bounds, both included. A range of times whose end is before its start spans midnight, as in HTML. */
export function isWithin(kind: MomentKind, moment: string, min?: string, max?: string): boolean {
  const [at, from, to] = [moment, min, max].map((text) => (text === undefined ? undefined : full(text)));
  const afterStart = from === undefined || at! >= from;
  const beforeEnd = to === undefined || at! <= to;
  const overMidnight = kind === 'time' && from !== undefined && to !== undefined && from > to;
  return overMidnight ? afterStart || beforeEnd : afterStart && beforeEnd;
}

/** With seconds and milliseconds, so that texts compare like the moments they name. */
function full(moment: string): string {
  if (!moment.includes(':')) return moment;
  const [minutes, seconds = '00'] = moment.split(/(?<=:\d{2}):/);
  const [whole, fraction = ''] = seconds.split('.');
  return `${minutes}:${whole}.${fraction.padEnd(3, '0')}`;
}
