import { sample, stringMatching } from 'fast-check';

const SEED = 1; // the same form has the same demo
const TEXTS = 50;
const LONGEST_PATTERN = 200;
const LARGE_COUNT = /\{\d{3,}|\{\d*,\d{3,}/;

/** Short texts that match a pattern. None for a pattern that JavaScript cannot read, or that looks around. */
export function exampleOf(pattern: string): string[] {
  if (pattern.length > LONGEST_PATTERN || LARGE_COUNT.test(pattern)) return [];
  try {
    const texts = stringMatching(new RegExp(`^(?:${pattern})$`), { size: 'small' });
    return sample(texts, { seed: SEED, numRuns: TEXTS }).toSorted(byLegibility);
  } catch {
    return [];
  }
}

/** People read a demo: letters and digits before signs, short before long. */
const byLegibility = (a: string, b: string): number => oddness(a) - oddness(b) || a.length - b.length;

const oddness = (text: string): number => text.replaceAll(/[A-Za-z0-9]/g, '').length;
