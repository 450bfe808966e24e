import type { Clause, Word } from '../../../domain/plan/understanding/reading.ts';
import { isOrderVerb } from './verbs.ts';

/** A clause before its mood is known. `words` leave "and then please" at its beginning out. */
export interface Piece {
  from: number;
  to: number;
  words: Word[];
  isFirst: boolean;
  isOrder: boolean;
  hasQuestionMark: boolean;
  sentence: number;
  begin: string;
}

/** "I want you to", "could you", "let's": what follows is asked for. */
const ASKS =
  /^(?:(?:i|we) (?:just |really |also )?(?:want|need|require|wish|(?:would|should) (?:like|love))\b|(?:i'd|we'd) (?:like|love)|(?:could|can|would|will) you (?!do$)|(?:can|could|may) (?:i|we) (?:get|have|see)|let's |lets |let us |help (?:me|us)|would you mind|i am looking for|i'm looking for|looking for|gimme|show me|give me|tell me)/u;
const QUESTION =
  /^(?:what|what's|which|who|who's|where|where's|when|why|how|how's|is|are|was|were|does|did|has|have|am|can|could|would|will|should|may|do)\b/u;
const FINITE =
  /^(?:is|are|was|were|am|has|have|had|will|would|should|wants|needs|likes|wanted|said|says|must|can|could|might|it's|i'm|i've|we're|we've|they're|he's|she's|there's|that's)$/u;
const SUBJECT =
  /^(?:i|we|he|she|they|my|our|it|this|that|there|his|her|their|i'm|i've|it's|we're|we've|you)$/u;
const NEGATED =
  /^(?:don't|dont|doesn't|never|without|nor|isn't|aren't|won't|can't|cannot|no|not|neither|excluding|except|skip|avoid|exclude)$/u;
const BOUNDS =
  /^(?:more|less|later|earlier|over|above|under|below|higher|lower|greater|exceed|exceeding|matter|only|longer|sooner|fewer|costing|problem|rush|hurry|worries|spend|spending|pay|paying)$/u;

/** "not more than 5 cents" bounds; "not a chart" leaves out. */
export const isNegated = ({ words }: Piece): boolean =>
  words.some(
    (word, at) =>
      NEGATED.test(word.norm) &&
      !BOUNDS.test(words[at + 1]?.norm ?? '') &&
      !(word.norm === 'no' && /\d/u.test(words[at + 1]?.norm ?? '')),
  );

export function moodOf(piece: Piece): Clause['mood'] {
  const { words, isOrder, hasQuestionMark } = piece;
  const norms = words.map((word) => word.norm);
  const start = norms.join(' ').replace(/^(?:hi|hello|hey|dear|ok|okay|thanks|well|so|yes) /u, '');
  if (ASKS.test(`${start} `) && !start.startsWith('can you do ')) return 'instruction';
  if (isOrder || /^(?:please )?(?:do not|don't|dont|never) /u.test(start)) return 'instruction';
  if (QUESTION.test(start) && (hasQuestionMark || /^(?:what|which|who|where|why|how)/u.test(start)))
    return 'question';
  if (hasQuestionMark) return 'question';
  if (SUBJECT.test(norms[0] ?? '') && words.some((word) => word.kind === 'verb' || FINITE.test(word.norm)))
    return 'statement';
  if (norms.some((norm) => FINITE.test(norm))) return 'statement';
  // "hi, please chart it": the order comes late.
  return norms.some((norm, at) => norms[at - 1] === 'please' && isOrderVerb(norm))
    ? 'instruction'
    : 'fragment';
}
