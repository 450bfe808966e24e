import type { RawWord } from './words.ts';

const LINE_MARK = /^[^\S\n]*(?:\(?\d{1,2}[.)]|[-*•–])(?=\s)/gmu;
const INLINE_MARK = /(?<=^|[\s,;:])\(?\d{1,2}[.)](?=\s+\p{L})/gu;
const END = /[.!?…]["'”’)\]]*\s|[。！？]|\n/gu;
const NO_END = /(?:\b(?:e\.g|i\.e|approx|ca|st|mr|mrs|dr|no|vs|etc|max|min)|\b\p{L})\.$/iu;

/** "& Co. KG" goes on. */
const FIRM = /^\.\s(?:KG|KGaA|OHG|Ltd|LLC|Inc|SA|AG)\b/u;

const blank = (mark: string): string => ' '.repeat(mark.length);
/** A list mark ends what came before it: a line break in its place says so. */
const breakLine = (mark: string): string => `\n${' '.repeat(mark.length - 1)}`;

/** "1." and "-" before list items are no words. */
export function hideListMarks(masked: string): string {
  const lines = masked.replaceAll(LINE_MARK, blank);
  const inline = [...masked.matchAll(INLINE_MARK)].length;
  return inline > 1 ? lines.replaceAll(INLINE_MARK, breakLine) : lines;
}

const isEnd = (masked: string, match: RegExpMatchArray): boolean =>
  !match[0].startsWith('.') ||
  !(
    NO_END.test(masked.slice(Math.max(0, (match.index ?? 0) - 8), (match.index ?? 0) + 1)) ||
    FIRM.test(masked.slice(match.index, (match.index ?? 0) + 8))
  );

/** The number of each word's sentence. */
export function findSentences(masked: string, words: readonly RawWord[]): number[] {
  const ends = [...masked.matchAll(END)].filter((match) => isEnd(masked, match)).map((match) => match.index);
  let next = 0;
  let sentence = 0;
  return words.map((word, at) => {
    let isNew = false;
    while (next < ends.length && (ends[next] ?? 0) < word.span[0]) [next, isNew] = [next + 1, true];
    if (isNew && at > 0) sentence += 1;
    return sentence;
  });
}
