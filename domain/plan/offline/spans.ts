const UNIT_DAYS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    hour: 1 / 24,
    h: 1 / 24,
    day: 1,
    d: 1,
    week: 7,
    w: 7,
    month: 30,
    quarter: 90,
    year: 365,
    y: 365,
  }),
);
const LONGEST_WINDOW = 3650; // days
const NUMBER_WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

/** Days that a text looks back on (`span`) and ahead to (`horizon`, 0 if none). */
export function spansOf(text: string): { horizon: number; span: number | undefined } {
  const ahead = /\b(?:next|coming|following)\s+(\d{1,3}|[a-z]{3,6})\s+(day|week|month)s?\b/i.exec(text);
  const horizon =
    ahead === null ? 0 : countOf(ahead[1]!.toLowerCase()) * UNIT_DAYS.get(ahead[2]!.toLowerCase())!;
  const span = windowOf(ahead === null ? text : text.replace(ahead[0], ' '));
  return { horizon, span };
}

/** A time window in days: "last 30 days", "past two weeks", "24h", "last month", "yesterday". */
function windowOf(text: string): number | undefined {
  const lower = text.toLowerCase();
  const counted = /(?<![\d.])(\d{1,4}|[a-z]{3,6})[\s-]?(hour|day|week|month|quarter|year)s?\b/.exec(lower);
  const short = /(?<![\w.])(\d{1,4})(h|d|w|y)\b/.exec(lower);
  const single = /\b(?:last|past|previous|this)\s+(hour|day|week|month|quarter|year)\b/.exec(lower);
  const days =
    (counted === null ? undefined : countOf(counted[1]!) * UNIT_DAYS.get(counted[2]!)!) ||
    (short === null ? undefined : Number(short[1]) * UNIT_DAYS.get(short[2]!)!) ||
    (single === null ? undefined : UNIT_DAYS.get(single[1]!)) ||
    (/\b(?:yesterday|today)\b/.test(lower) ? 1 : undefined);
  return days === undefined ? undefined : Math.min(days, LONGEST_WINDOW);
}

/** A count written in digits or as a word; 0 for anything else. */
export function countOf(text: string): number {
  const word = NUMBER_WORDS.indexOf(text);
  return word >= 0 ? word : /^\d+$/.test(text) ? Number(text) : 0;
}
