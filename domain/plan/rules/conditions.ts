import type { Operator } from '../compare.ts';

/** "the price of SOL is above 100": how something is looked at, against what, and where the comparison stands in the text. */
export interface Comparison {
  operator: Operator;
  right: number | string | boolean;
  /** The subject ends here, in code units of the text. */
  subjectEnd: number;
}

const COMPARISONS: readonly (readonly [RegExp, Operator])[] = [
  [/\b(?:is|are|stays|was)?\s*(?:at least|not below|no less than|>=)\s*/i, 'gte'],
  [/\b(?:is|are|stays|was)?\s*(?:at most|not above|no more than|<=)\s*/i, 'lte'],
  [
    /\b(?:is|are|goes|rises|stays|was)?\s*(?:above|over|greater than|higher than|more than|exceeds|bigger than)\s+|\s*>\s*/i,
    'gt',
  ],
  [
    /\b(?:is|are|goes|falls|drops|stays|was)?\s*(?:below|under|less than|lower than|smaller than|beneath)\s+|\s*<\s*/i,
    'lt',
  ],
  [/\b(?:is not|isn't|are not|does not equal|!=)\s+/i, 'ne'],
  [/\b(?:is|are|equals|becomes|==?)\s+/i, 'eq'],
];

/** Reads "SUBJECT is above VALUE"; undefined when the text is no comparison. */
export function comparisonOf(text: string): Comparison | undefined {
  const exists = /^(?:there (?:is|are)\s+)?(.+?)\s+exists?\W*$/i.exec(text);
  if (exists !== null) return { operator: 'exists', right: true, subjectEnd: exists[1]!.length };
  for (const [pattern, operator] of COMPARISONS)
    for (const match of text.matchAll(new RegExp(pattern, 'gi'))) {
      if (text.slice(0, match.index).trim() === '') continue;
      const said = text.slice(match.index + match[0].length).trim();
      const right = saysMore(said) ? undefined : literalOf(said);
      const isWord = /^["'“]?[\p{L}-]+["'”]?\W*$/u.test(said);
      const isFit = typeof right === 'number' || ((operator === 'eq' || operator === 'ne') && isWord);
      if (isFit && right !== undefined) return { operator, right, subjectEnd: match.index };
    }
  return undefined;
}

/** "below 2000 next week" is more than a value. */
const saysMore = (said: string): boolean =>
  /^[$€£]?\s?-?\d/.test(said) &&
  !/^[$€£]?\s?-?\d[\d,]*(?:\.\d+)?\s*(?:k|m|usd|usdc|dollars?|points?|[$€£])?\W*$/i.test(said);

function literalOf(text: string): number | string | boolean | undefined {
  const number = /^[$€£]?\s?(-?\d[\d,]*(?:\.\d+)?)\s*(k|m)?\b/i.exec(text);
  if (number !== null) {
    const scale = number[2]?.toLowerCase() === 'k' ? 1e3 : number[2]?.toLowerCase() === 'm' ? 1e6 : 1;
    return Number(number[1]!.replaceAll(',', '')) * scale;
  }
  const [word] = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return word === 'true' ? true : word === 'false' ? false : word;
}
