import type { Word } from '../../../domain/plan/understanding/reading.ts';

const NEGATES =
  /^(?:don't|doesn't|didn't|isn't|aren't|won't|wouldn't|shouldn't|can't|cannot|never|without|nor|no|not|neither|none|excluding|except|skip|avoid|exclude)$/u;
/** "not more than" bounds, "no problem" is polite, "not only" adds. */
const NEGATES_NOTHING =
  /^(?:more|less|later|earlier|over|above|under|below|higher|lower|greater|exceed|exceeding|matter|only|longer|sooner|fewer|cost|costing|problem|rush|hurry|worries|worry|spend|spending|pay|paying|go|sure|yet|hesitate|forget)$/u;

const LEAVES_OUT = /^(?:spare (?:me|us)|leave (?:out|off|away)|nothing (?:about|on|with|of|like))$/u;

const wordAt = (words: readonly Word[], at: number): string => words[at]?.norm ?? '';

/** A word that leaves out what follows it. */
export const negatesAt = (words: readonly Word[], at: number): boolean =>
  (NEGATES.test(wordAt(words, at)) || LEAVES_OUT.test(`${wordAt(words, at)} ${wordAt(words, at + 1)}`)) &&
  !NEGATES_NOTHING.test(wordAt(words, at + 1)) &&
  !/\d/u.test(wordAt(words, at + 1));

/** "not a chart", "without", "do not": a clause that leaves something out may begin here. */
export const beginsNegation = (words: readonly Word[], at: number): boolean =>
  negatesAt(words, wordAt(words, at) === 'do' || wordAt(words, at) === 'with' ? at + 1 : at) &&
  !/^(?:skip|avoid|exclude)$/u.test(wordAt(words, at));
