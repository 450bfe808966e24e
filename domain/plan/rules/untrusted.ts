import type { Clause, Reading } from '../understanding/reading.ts';

/** Words that speak to a machine about its orders, not about work: who pastes a page into a request pastes these along. */
const SPEAKS_TO_MACHINES =
  /\b(?:ignore|disregard|forget|bypass|override)\b.{0,40}\b(?:rules?|instructions?|prompts?|limits?|polic(?:y|ies)|above|previous|prior|everything)\b|(?:^|[\s[(<*#])(?:system|admin|administrator|developer|assistant)(?:\s+(?:prompt|message|note|override|mode|update))?\s*[:\]>]|\b(?:do not|don't|never) tell the user\b|\byou are now\b|\boverride\s*:|\b(?:new|updated|additional|hidden|secret|real)\s+instructions?\b|\b(?:hide|conceal) (?:it|this|that)\b|<\/?(?:system|instructions?|admin)>|\b(?:plans?|payments?|everything) (?:is|are) (?:now )?(?:pre-?)?approved\b/gi;

/** "Tom wrote: ...", "here are my notes: ...": what somebody said is told, not asked for. */
const REPORTS =
  /\b(?:said|says|wrote|writes|reads|goes|(?:told|asked|texted|mailed) (?:me|us|him|her|them)|(?:my|our|his|her|their|the|some|these) (?:notes?|draft|diary|minutes|transcript|chat|conversation|story|example))\s?:(?!\/\/)/gi;

/** Up to the end of the line, or to where the person speaks of themselves again. */
function reportedClauses({ text, clauses }: Reading): Clause[] {
  return [...text.matchAll(REPORTS)].flatMap(({ index, 0: said }) => {
    const from = index + said.length;
    const rest = text.slice(from);
    const end = from + Math.min(rest.length, ...[/\n/u, SPEAKS_AGAIN].map((one) => startIn(rest, one)));
    return clauses.filter(({ span }) => span[0] >= from && span[0] < end);
  });
}

const SPEAKS_AGAIN = /[.!?]\s+(?=(?:i|we|please|now|my|our|but|so)\b)/iu;
const startIn = (text: string, pattern: RegExp): number => {
  const found = text.search(pattern);
  return found < 0 ? text.length : found;
};

/** Clauses that nobody asked for: what others said, and orders to machines with what stands around them. */
export const untrustedClauses = (reading: Reading): Clause[] => [
  ...new Set([...ordersToMachines(reading), ...reportedClauses(reading)]),
];

/** Clauses in a sentence or a line that gives orders to machines. Nothing in them is done. */
function ordersToMachines({ text, clauses }: Reading): Clause[] {
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
