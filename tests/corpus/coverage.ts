import type { Outcome } from './outcome.ts';

/** Words that no part and no ignored passage holds, and passages that are not where they say. Empty for refusals. */
export function uncovered(say: string, outcome: Outcome): string[] {
  if (!outcome.ok && outcome.code !== 'NEEDS_DETAIL') return [];
  const understood = outcome.ok ? outcome.plan.understanding : outcome.understanding;
  if (understood === undefined) return ['It does not say what it understood.'];
  const passages = [...understood.parts, ...understood.ignored];
  const astray = passages
    .filter(({ text, span }) => say.slice(...span) !== text)
    .map(({ text, span }) => `"${text}" is not at ${span.join('-')}`);
  const isHeld = Array.from({ length: say.length }, (_, at) =>
    passages.some(({ span: [start, end] }) => start <= at && at < end),
  );
  const lost = [...say.matchAll(/[\p{L}\p{N}]+/gu)]
    .filter(({ 0: word, index }) => !isHeld.slice(index, index + word.length).every(Boolean))
    .map(([word]) => `"${word}" is nowhere`);
  return [...astray, ...lost];
}
