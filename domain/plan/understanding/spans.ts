import type { Span } from './understanding.ts';

export const overlaps = (a: Span, b: Span): boolean => a[0] < b[1] && b[0] < a[1];

export const covers = (outer: Span, inner: Span): boolean => outer[0] <= inner[0] && inner[1] <= outer[1];

/** Every whole number from the first to the last (exclusive): the words of a clause, say. */
export const positions = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, place) => from + place);
