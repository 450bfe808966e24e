import { formsOf } from './words.ts';

/** What Steward does by itself, without a service. */
const LOCAL: ReadonlyMap<string, 'compare' | 'combine' | 'report'> = new Map(
  Object.entries({
    compare: 'compare',
    comparison: 'compare',
    contrast: 'compare',
    versus: 'compare',
    vs: 'compare',
    combine: 'combine',
    merge: 'combine',
    join: 'combine',
    collect: 'combine',
    gather: 'combine',
  } as const),
);

export const localOf = (word: string): 'compare' | 'combine' | 'report' | undefined =>
  formsOf(word).flatMap((form) => LOCAL.get(form) ?? [])[0];

export const isLocal = (word: string): boolean => localOf(word) !== undefined;
