import type { Passage, Span, Understanding } from './understanding.ts';

/**
 * What was understood of a text, told of another one that differs from it in white space alone. Undefined where they differ in more, or in
 * the very words that a value was read from.
 */
export function respan(understanding: Understanding, from: string, to: string): Understanding | undefined {
  if (from === to) return understanding;
  const [old, now] = [solidIn(from), solidIn(to)];
  if (old.map((at) => from[at]).join('') !== now.map((at) => to[at]).join('')) return undefined;
  const move = ([start, end]: Span): Span => {
    const first = old.findIndex((at) => at >= start);
    const last = old.findLastIndex((at) => at < end);
    return first < 0 || last < first ? [0, 0] : [now[first]!, now[last]! + 1];
  };
  const moved = <P extends Passage>(passage: P): P => {
    const span = move(passage.span);
    return { ...passage, span, text: to.slice(...span) };
  };
  const parts = understanding.parts.map(moved);
  const isSame = parts.every(
    (part, index) => part.as !== 'value' || part.text === understanding.parts[index]!.text,
  );
  if (!isSame) return undefined;
  return {
    ...understanding,
    parts,
    ignored: understanding.ignored.map(moved),
    corrections: understanding.corrections.map((one) => ({ ...one, span: move(one.span) })),
  };
}

/** Positions of everything but white space. */
const solidIn = (text: string): number[] => [...text.matchAll(/\S/g)].map(({ index }) => index);
