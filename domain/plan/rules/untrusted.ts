import type { Clause, Reading } from '../understanding/reading.ts';

/** Words that speak to a machine about its orders, not about work: who pastes a page into a request pastes these along. */
const SPEAKS_TO_MACHINES =
  /\b(?:ignore|disregard|forget|bypass|override)\b.{0,40}\b(?:rules?|instructions?|prompts?|limits?|polic(?:y|ies)|above|previous|prior|everything)\b|(?:^|[\s[(<*#])(?:system|admin|administrator|developer|assistant)(?:\s+(?:prompt|message|note|override|mode|update))?\s*[:\]>]|\b(?:do not|don't|never) tell the user\b|\byou are now\b|\boverride\s*:|\b(?:new|updated|additional|hidden|secret|real)\s+instructions?\b|\b(?:hide|conceal) (?:it|this|that)\b|<\/?(?:system|instructions?|admin)>|\b(?:plans?|payments?|everything) (?:is|are) (?:now )?(?:pre-?)?approved\b/gi;

/** Clauses in a sentence or a line that gives orders to machines. Nothing in them is done. */
export function untrustedClauses({ text, clauses }: Reading): Clause[] {
  const spots = [...text.matchAll(SPEAKS_TO_MACHINES)].map(({ index }) => index);
  if (spots.length === 0) return [];
  const first = Math.min(...spots);
  const sentences = new Set(
    clauses
      .filter(({ span }) => spots.some((at) => span[0] - 2 <= at && at < span[1] + 1))
      .map(({ sentence }) => sentence),
  );
  const line = (at: number): number => text.lastIndexOf('\n', at);
  return clauses.filter(
    ({ sentence, span }) => sentences.has(sentence) || (span[0] >= first && line(span[0]) === line(first)),
  );
}
