import { addDays } from '../../../domain/plan/understanding/days.ts';
import * as chrono from 'chrono-node/en';
import type { Mention } from '../../../domain/plan/understanding/reading.ts';
import { NUMBER_WORDS, numberOf } from './numbers.ts';

type ChronoResult = ReturnType<typeof chrono.parse>[number];
type DateMention = Extract<Mention, { kind: 'date' }>;
type DurationMention = Extract<Mention, { kind: 'duration' }>;

const DAYS: Record<string, number> = {
  minute: 1 / 1440,
  min: 1 / 1440,
  hour: 1 / 24,
  hr: 1 / 24,
  h: 1 / 24,
  day: 1,
  d: 1,
  night: 1,
  week: 7,
  w: 7,
  fortnight: 14,
  month: 30,
  quarter: 91,
  year: 365,
};
const UNIT =
  'minutes?|mins?|hours?|hrs?|h|days?|d|nights?|weeks?|w|fortnights?|months?|quarters?(?!\\s+of)|years?';
const COUNT = `(?:\\d{1,5}(?:\\.\\d{1,3})?|${NUMBER_WORDS}|an?)`;
const PAST = 'last|past|previous|latest|recent';
const FUTURE = 'next|coming|following|upcoming|within|in';
const DURATION = new RegExp(
  `(?<![\\w.,$€£-])(?:(?:the\\s+)?(${PAST}|${FUTURE})\\s+)?(?:the\\s+)?(?:(${PAST}|next|coming)\\s+)?(?:(${COUNT})(?:\\s+|-)?)?(${UNIT})(?![\\w-])(?:\\s+(ago|back|from\\s+now))?`,
  'giu',
);

const unitOf = (written: string): string => {
  const one = written.toLowerCase().replace(/(?<=\w{2})s$/u, '');
  return (
    ({ h: 'hour', hr: 'hour', min: 'minute', d: 'day', w: 'week' } as Record<string, string>)[one] ?? one
  );
};

function whenOf(word: string | undefined, after: string | undefined): DurationMention['when'] {
  if (after !== undefined) return /^(?:ago|back)$/iu.test(after) ? 'past' : 'future';
  if (word === undefined) return 'plain';
  return PAST.split('|').includes(word.toLowerCase()) ? 'past' : 'future';
}

const FOR = /\b(?:for|over|during|of|across|covering|spanning)\s+$/iu;

function durationOf(match: RegExpMatchArray): DurationMention[] {
  const [all, first, second, written, unit = '', after] = match;
  const word = second ?? first;
  // "a day" and "weeks" alone bound nothing; "for a week" does.
  const isBare = word === undefined && after === undefined;
  if (
    isBare &&
    (written === undefined || (/^an?$/iu.test(written) && !FOR.test(match.input!.slice(0, match.index))))
  )
    return [];
  if (written === undefined && /^(?:within|in)$/iu.test(word ?? '')) return [];
  if (written === undefined && unit.length < 3) return [];
  const count = written === undefined ? 1 : numberOf(written);
  if (count === undefined) return [];
  const name = unitOf(unit);
  const at = match.index ?? 0;
  return [
    {
      kind: 'duration',
      days: count * (DAYS[name] ?? 1),
      unit: name,
      count,
      when: whenOf(word, after),
      span: [at, at + all.length],
    },
  ];
}

/** "last 30 days", "within an hour", "two nights". */
export const findDurations = (masked: string): DurationMention[] =>
  [...masked.matchAll(DURATION)].flatMap(durationOf);

const iso = (parts: ChronoResult['start']): string =>
  [parts.get('year') ?? 0, parts.get('month') ?? 0, parts.get('day') ?? 0]
    .map((part, at) => String(part).padStart(at === 0 ? 4 : 2, '0'))
    .join('-');

const MONTH =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const DAY = '\\d{1,2}(?:st|nd|rd|th)?';
const WEEKDAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day';
const ONE_DAY = `(?:${WEEKDAY}|(?:${MONTH})\\s+${DAY}|${DAY}(?:\\s+(?:of\\s+)?(?:${MONTH}))?)`;
const BETWEEN = new RegExp(`\\bbetween(\\s(?:the\\s)?${ONE_DAY})\\sand(\\sthe)?(?=\\s${ONE_DAY}\\b)`, 'giu');
const THE_DAY = new RegExp(`\\s(to|until|till|through)\\sthe\\s(?=${DAY}\\b)`, 'giu');

/** "between 5 and 7 June", "5th to the 7th of June": as the library reads ranges, and as long, so that places stay. */
const asRange = (masked: string): string =>
  masked
    .replaceAll(
      BETWEEN,
      (_, first: string, the?: string) => `       ${first}${the === undefined ? '  to' : '  till  '}`,
    )
    .replaceAll(THE_DAY, '   $1   ');

/** The range's first day was not read: its last is no day to go by. */
const LOST_START = new RegExp(
  `(?:\\b|^)(?:${DAY}|${WEEKDAY})\\s+(?:to|until|till|through|and)\\s+(?:the\\s+)?$`,
  'iu',
);

const WEEKEND = /\bweekend\b/iu;
/** A day that is told, or one that a word names; the hour of "now" and bare months are neither. */
function isDay(result: ChronoResult): boolean {
  const { start } = result;
  const text = result.text.toLowerCase();
  if (/^(?:now|right now|at the moment|this|may|mar|sun|sat|mon|wed|sec|second)$/u.test(text)) return false;
  if (new RegExp(`(?<![a-z])(?:${UNIT})\\b`, 'iu').test(text) && !WEEKEND.test(text))
    return /^(?:this|next|last) (?:week|month|year)$/u.test(text)
      ? false
      : start.isCertain('day') &&
          start.isCertain('month') &&
          /\d{4}|\b(?:day after tomorrow|day before yesterday)\b/u.test(text);
  return (
    start.isCertain('day') ||
    start.isCertain('weekday') ||
    WEEKEND.test(text) ||
    /\b(?:today|tonight|tomorrow|yesterday)\b/u.test(text)
  );
}

/** "5/6" is a day in June for some and in May for others. */
const isAmbiguous = (text: string): boolean =>
  /^(?:on\s+)?\d{1,2}[/.-]\d{1,2}$/u.test(text) ||
  [...text.matchAll(/(?<!\d|\d{4}[/.-])(\d{1,2})[/.-](\d{1,2})(?!\d)/gu)].some(
    ([, one, other]) => one !== other && Number(one) <= 12 && Number(other) <= 12,
  );

/** "9 to 4 May" is read from its earlier day, which nobody said. */
function isReversed(text: string): boolean {
  const days =
    /(?<![\d./-])(\d{1,2})(?:st|nd|rd|th)?\s*(?:to|until|till|through|-|–)\s*(\d{1,2})(?:st|nd|rd|th)?(?!\d)/iu.exec(
      text,
    );
  return days !== null && Number(days[1]) > Number(days[2]);
}

/** A weekend begins on Saturday. */
function firstDay({ start, text }: ChronoResult): string {
  const day = iso(start);
  return WEEKEND.test(text) && new Date(day).getUTCDay() === 0 ? addDays(day, -1) : day;
}

/** "last Friday" is the one before the next. */
const backFrom = (day: string, text: string, today: string): string =>
  /^(?:on\s+)?(?:last|previous|past)\b/iu.test(text) && day >= today ? addDays(day, -7) : day;

function dateOf(result: ChronoResult, today: string): DateMention {
  const from = backFrom(firstDay(result), result.text, today);
  const isWeekend = WEEKEND.test(result.text);
  const last = !result.end ? undefined : iso(result.end);
  const to = isWeekend ? addDays(from, 1) : last;
  const isCertain =
    (result.start.isCertain('day') && result.start.isCertain('month')) ||
    /\b(?:today|tomorrow|tonight|yesterday)\b/iu.test(result.text);
  const span: [number, number] = [result.index, result.index + result.text.length];
  return {
    kind: 'date',
    from,
    ...(to === undefined || to === from ? {} : { to }),
    isCertain: isCertain && !isAmbiguous(result.text) && !isReversed(result.text),
    span,
  };
}

/** Days and ranges of days. A day without a year is the next such day. */
export function findDates(masked: string, today: string): DateMention[] {
  const reference = { instant: new Date(`${today}T12:00:00Z`), timezone: 'UTC' };
  const text = asRange(masked).replaceAll(/\d{9,}/gu, (run) => ' '.repeat(run.length));
  return chrono
    .parse(text, reference, { forwardDate: true })
    .filter(
      (result) => isDay(result) && !LOST_START.test(text.slice(Math.max(0, result.index - 30), result.index)),
    )
    .map((result) => dateOf(result, today))
    .filter(({ from, to }) => to === undefined || to > from);
}
