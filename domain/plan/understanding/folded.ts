import type { Span } from './understanding.ts';

/** A text without case and signs, that still knows where each of its characters stood. */
export interface Folded {
  text: string;
  /** Place of each character of `text` in the original. */
  at: readonly number[];
}

/** Letters and digits in lower case, everything between them one blank; a blank at both ends. */
export function fold(original: string): Folded {
  let text = ' ';
  const at = [0];
  for (let index = 0; index < original.length;) {
    const char = String.fromCodePoint(original.codePointAt(index)!);
    const plain = /[\p{L}\p{N}\p{M}]/u.test(char) ? char.normalize('NFKC').toLowerCase() : ' ';
    if (plain !== ' ' || !text.endsWith(' ')) {
      text += plain;
      for (let count = 0; count < plain.length; count += 1) at.push(index);
    }
    index += char.length;
  }
  if (!text.endsWith(' ')) {
    text += ' ';
    at.push(original.length);
  }
  return { text, at };
}

/** Where words stand in a text as whole words, whatever their case and the signs between them; from `start` on. */
export function findWords(within: Folded, words: string, start = 0): Span | undefined {
  const wanted = fold(words).text;
  if (wanted === ' ') return undefined;
  const index = within.text.indexOf(wanted, start);
  if (index < 0) return undefined;
  const last = within.at[index + wanted.length - 2]!;
  return [within.at[index + 1]!, last + 1];
}

/** The same text with passages blanked, so that everything else stays where it is. */
export function blank(text: string, spans: readonly Span[]): string {
  let left = text;
  for (const [start, end] of spans) left = left.slice(0, start) + '\n'.repeat(end - start) + left.slice(end);
  return left;
}
