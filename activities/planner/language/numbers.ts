const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const VALUES: Record<string, number> = {
  a: 1,
  an: 1,
  couple: 2,
  dozen: 12,
  hundred: 100,
  thousand: 1000,
  ...Object.fromEntries(SMALL.map((word, value) => [word, value])),
  ...Object.fromEntries(TENS.map((word, at) => [word, (at + 2) * 10])),
};

/** Number words as a pattern. The longer come first. */
export const NUMBER_WORDS = `(?:${TENS.join('|')})[- ](?:${SMALL.slice(1, 10).join('|')})|(?:a|one|two|three|four|five|six|seven|eight|nine)[- ](?:hundred|thousand|dozen)|a couple of|${[...SMALL].toReversed().join('|')}|${TENS.join('|')}`;

/** The value of "12", "1,200", "twenty-one" or "a"; undefined for what is no number. */
export function numberOf(written: string): number | undefined {
  const digits = written.replaceAll(/(?<=\d),(?=\d{3}(?!\d))/gu, '');
  if (/^\d+(?:\.\d+)?$/u.test(digits)) return Number(digits);
  const parts = written
    .toLowerCase()
    .split(/[- ]+/u)
    .filter((part) => part !== 'of');
  const values = parts.map((part) => VALUES[part]);
  if (values.length === 0 || values.some((value) => value === undefined)) return undefined;
  const [first = 0, second] = values as number[];
  if (second === undefined) return first;
  return second >= 12 || second === 2 ? first * second : first + second;
}
