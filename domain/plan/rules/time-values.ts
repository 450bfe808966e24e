import { daysBetween } from '../understanding/days.ts';
import { covers } from '../understanding/spans.ts';
import type { Span } from '../understanding/understanding.ts';
import type { Field } from './fields.ts';
import { found, NONE, type Finding, type Source } from './finding.ts';
import { isAhead } from './phrases.ts';
import { spanOf, wordsWithin, type Scene, type Task } from './scene.ts';

export function duration(source: Source, perDay: number, when: 'past' | 'future'): Finding {
  const { scene, mentions, free } = source;
  const fitting = mentions.find(
    (one) =>
      one.kind === 'duration' &&
      (one.when === when || (one.when === 'plain' && isAhead(scene, one.span) === (when === 'future'))),
  );
  if (fitting?.kind !== 'duration') return when === 'past' ? sinceDate(source, perDay) : NONE;
  const value = Math.max(1, Math.ceil(fitting.days * perDay - 1e-9));
  return found(value, wordsWithin(scene, fitting.span, free), fitting);
}

/** "since 1 November", "from 1 November until today": the days up to now. A day without a year is the last such day. */
function sinceDate({ scene, mentions, free }: Source, perDay: number): Finding {
  const { text, today } = scene.reading;
  const date = mentions.find((one) => one.kind === 'date');
  if (date?.kind !== 'date' || (date.to !== undefined && date.to !== today)) return NONE;
  if (!/\bsince\s+(?:the\s+)?$/iu.test(text.slice(0, date.span[0])) && date.to === undefined) return NONE;
  const isYearTold = /\d{4}/u.test(text.slice(...date.span));
  const from =
    date.from > today && !isYearTold
      ? `${Number(date.from.slice(0, 4)) - 1}${date.from.slice(4)}`
      : date.from;
  const days = daysBetween(from, today);
  return days > 0 ? found(days * perDay, wordsWithin(scene, date.span, free), date) : NONE;
}

export function dateValue(
  { scene, task, mentions, free }: Source,
  field: Field,
  end: 'from' | 'to',
): Finding {
  const dates = mentions.filter((one) => one.kind === 'date');
  const range = dates.find((one) => one.kind === 'date' && one.to !== undefined);
  const one = end === 'from' ? dates[0] : (range ?? dates[1]);
  if (one?.kind !== 'date') return NONE;
  const said = scene.reading.text.slice(...one.span);
  const isVague = one.to !== undefined && !one.isCertain;
  if (isVague || isEither(said) || (AHEAD.test(field.name) && one.from < scene.reading.today))
    return { kind: 'unfit', said, words: wordsWithin(scene, one.span, free) };
  const day = end === 'from' ? one.from : (one.to ?? one.from);
  const words = wordsWithin(scene, one.span, free);
  if (field.schema['format'] !== 'date-time') return found(day, words, one);
  const time = timeIn(scene, task);
  // Midnight is nobody's wish.
  return time === undefined
    ? { kind: 'unfit', said, words }
    : found(`${day}T${time.value}:00.000Z`, [...words, ...wordsWithin(scene, time.span, free)], one);
}

/** Params for days that must be still to come: nobody arrives yesterday. */
const AHEAD = /check-?_?in|arrival|pick-?_?up|departure/iu;

/** "03/04/2027" is read in two ways. */
function isEither(date: string): boolean {
  const parts = /^(\d{1,2})[/.-](\d{1,2})(?:[/.-]\d{2,4})?$/.exec(date.trim());
  return parts !== null && parts[1] !== parts[2] && Number(parts[1]) <= 12 && Number(parts[2]) <= 12;
}

/** "09:30", "at 5 pm": the only time of day of a task, as hours and minutes. */
function timeIn({ reading }: Scene, task: Task): { value: string; span: Span } | undefined {
  const [start, end] = spanOf({ reading }, task);
  const quotes = task.mentions.filter(({ kind }) => kind === 'quote' || kind === 'url');
  const times = [...reading.text.slice(start, end + 10).matchAll(TIME)]
    .map((match) => ({ match, span: [start + match.index, start + match.index + match[0].length] as Span }))
    .filter(({ span }) => !quotes.some((quote) => covers(quote.span, span)));
  const [one] = times;
  const isOneOf =
    one !== undefined && /(?:\bor|\bto|\band|\d\s?[-–])\s*$/iu.test(reading.text.slice(0, one.span[0]));
  if (one === undefined || times.length > 1 || isOneOf) return undefined;
  const [, hours, minutes = '00', half = one.match[5]] = one.match;
  const hour =
    (Number(hours ?? one.match[4]) % (half === undefined ? 24 : 12)) +
    (half?.toLowerCase() === 'pm' ? 12 : 0);
  return { value: `${String(hour).padStart(2, '0')}:${minutes}`, span: one.span };
}

const TIME =
  /(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])(?:\s?([ap]m)\b)?|(?<![\d:])(1[0-2]|[1-9])\s?([ap]m)\b/giu;
