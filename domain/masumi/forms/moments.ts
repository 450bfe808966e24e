/** Kinds of inputs for dates and times, by their HTML names. */
export type MomentKind = 'date' | 'time' | 'datetime-local';

/** How each kind is written, for people. */
export const MOMENT_FORMATS = {
  date: 'YYYY-MM-DD',
  time: 'HH:MM or HH:MM:SS',
  'datetime-local': 'YYYY-MM-DDTHH:MM',
} as const satisfies { [kind in MomentKind]: string };

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?$/;

/**
 * A date or time as HTML writes it (no time zone); undefined for anything else. A space between date and time becomes
 * `T`; nothing else changes.
 */
export function momentOf(kind: MomentKind, text: string): string | undefined {
  if (kind === 'date') return isDate(text) ? text : undefined;
  if (kind === 'time') return TIME.test(text) ? text : undefined;
  const [, date, time] = /^(.{10})[T ](.{5,12})$/.exec(text) ?? [];
  return date !== undefined && time !== undefined && isDate(date) && TIME.test(time)
    ? `${date}T${time}`
    : undefined;
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
