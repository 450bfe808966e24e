const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const DAY_MS = 86_400_000;
const NAME = `(${MONTHS.map((month) => `${month.slice(0, 3)}(?:${month.slice(3)})?`).join('|')})`;
const DAY_FIRST = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?${NAME}\\b,?\\s*(\\d{4})?`, 'gi');
const MONTH_FIRST = new RegExp(`\\b${NAME}\\s+(\\d{1,2})(?:st|nd|rd|th)?\\b,?\\s*(\\d{4})?`, 'gi');

/** Adds days to an ISO date. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The ISO dates a text names; `today` is the day that "tomorrow" and dates without a year are read from. */
export function datesOf(text: string, today: string): string[] {
  const found = [
    ...[...text.matchAll(/\b(\d{4})-(\d{2})-(\d{2})\b/g)].map(([, year, month, day]) =>
      isoDate(Number(year), Number(month), Number(day)),
    ),
    ...[...text.matchAll(DAY_FIRST)].map(([, day, month, year]) => namedDate(month!, day!, year, today)),
    ...[...text.matchAll(MONTH_FIRST)].map(([, month, day, year]) => namedDate(month!, day!, year, today)),
  ].filter((date) => date !== undefined);
  const ahead = /\bin\s+(\d{1,3})\s+days?\b/i.exec(text)?.[1];
  if (ahead !== undefined) found.push(addDays(today, Number(ahead)));
  if (/\btomorrow\b/i.test(text)) found.push(addDays(today, 1));
  if (/\bnext week\b/i.test(text)) found.push(addDays(today, 7));
  if (/\b(?:today|tonight)\b/i.test(text)) found.push(today);
  return [...new Set(found)];
}

/** A date without a year is the next such day. */
function namedDate(month: string, day: string, year: string | undefined, today: string): string | undefined {
  const index = MONTHS.findIndex((name) => name.startsWith(month.toLowerCase().slice(0, 3))) + 1;
  if (year !== undefined) return isoDate(Number(year), index, Number(day));
  const thisYear = Number(today.slice(0, 4));
  const date = isoDate(thisYear, index, Number(day));
  return date !== undefined && date < today ? isoDate(thisYear + 1, index, Number(day)) : date;
}

function isoDate(year: number, month: number, day: number): string | undefined {
  const time = Date.UTC(year, month - 1, day);
  const date = Number.isNaN(time) ? undefined : new Date(time);
  return date?.getUTCMonth() === month - 1 && year >= 1900 ? date.toISOString().slice(0, 10) : undefined;
}
