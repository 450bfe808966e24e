const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const TIMES: Record<string, number> = { dozen: 12, hundred: 100, thousand: 1000, million: 1_000_000 };
const VALUES: Record<string, number> = {
  a: 1,
  an: 1,
  couple: 2,
  ...TIMES,
  ...Object.fromEntries(SMALL.map((word, value) => [word, value])),
  ...Object.fromEntries(TENS.map((word, at) => [word, (at + 2) * 10])),
};

const ONE_WORD = [...SMALL.toReversed(), ...TENS, ...Object.keys(TIMES)].join('|');

/** Number words as a pattern: "twenty-one", "a hundred and fifty", "a couple of". What it finds may still be no number. */
export const NUMBER_WORDS = `(?:an?\\s+)?couple(?:\\s+of)?|(?:an?\\s+)?(?:${ONE_WORD})\\b(?:(?:[ -]|\\s+and\\s+)(?:${ONE_WORD})\\b){0,6}`;

/** "three hundred and twelve": each part may only add what the parts before leave room for. */
function addUp(words: readonly string[]): number | undefined {
  let total = 0;
  let part: number | undefined;
  for (const word of words) {
    const value = VALUES[word] ?? Number.NaN;
    if (Number.isNaN(value)) return undefined;
    if (TIMES[word] === undefined) {
      const room =
        part === undefined ? Infinity : part % 100 === 0 ? 100 : part % 10 === 0 && part % 100 >= 20 ? 10 : 0;
      if (value >= room || (part !== undefined && value === 0)) return undefined;
      part = (part ?? 0) + value;
    } else if (value >= 1000) [total, part] = [total + (part ?? 1) * value, 0];
    else part = (part ?? 1) * value;
  }
  return total + (part ?? 0);
}

/** The value of "12", "1,200", "twenty-one" or "a"; undefined where the text is no number. */
export function numberOf(written: string): number | undefined {
  const digits = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/u.test(written) ? written.replaceAll(',', '') : written;
  if (/^\d{1,15}(?:\.\d{1,18})?$/u.test(digits)) return Number(digits);
  const words = written
    .toLowerCase()
    .split(/[\s-]+/u)
    .filter((word) => word !== 'of' && word !== 'and');
  const isCouple = words.length === 2 && words[1] === 'couple';
  return words.length === 0
    ? undefined
    : addUp(isCouple ? ['couple'] : words[0] === 'a' && words.length > 1 ? words.slice(1) : words);
}
