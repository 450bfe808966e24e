import type { Clause, Word } from '../../../domain/plan/understanding/reading.ts';
import { isOrderVerb } from './verbs.ts';

/** A clause before its mood is known. `words` leave "and then please" at its beginning out; `begin` is its very first word. */
export interface Piece {
  from: number;
  to: number;
  words: Word[];
  isOrder: boolean;
  hasQuestionMark: boolean;
  sentence: number;
  begin: string;
}

/** "I want you to", "could you", "let's": what follows is asked for. */
const ASKS =
  /^(?:(?:i|we) (?:just |really |also |only )?(?:want|need|require|wish|(?:would|should|'d) (?:like|love))\b|(?:i'd|we'd) (?:like|love)|(?:could|can|would|will) you (?!do )|(?:can|could|may) (?:i|we) (?:get|have|see)|let's |lets |let us |help (?:me|us)|(?:i|we) (?:was|am|were|are) wondering (?:if|whether) |i wonder (?:if|whether) |i'm wondering (?:if|whether) |it would be (?:great|nice|lovely|good|helpful|wonderful) (?:to|if) |(?:i am|i'm|we're|we are) looking for|looking for|gimme |(?:i was|i am|i'm|i) wonder(?:ing)? if you |(?:it would|it'd|that would) be \w+ if you |(?:i|we) would appreciate |if you (?:can|could|would) \w)/u;
/** "a chart of it would be lovely", "a chart is what I need": said of what is wanted. */
const ASKED_BEHIND =
  /(?:would be (?:great|nice|lovely|good|helpful|wonderful|appreciated)|(?:is|are) (?:what|all) (?:i|we) (?:want|need)) $/u;
const QUESTION =
  /^(?:what|what's|which|who|who's|where|where's|when|why|how|how's|is|are|was|were|does|did|has|have|am|can|could|would|will|should|may|do)\b/u;
const QUESTION_WORD = /^(?:what|which|who|where|why|how)/u;
const FINITE =
  /^(?:is|are|was|were|am|has|have|had|will|would|should|wants|needs|likes|wanted|said|says|must|can|could|might|goes|rises|falls|drops|hits|reaches|it's|i'm|i've|we're|we've|they're|he's|she's|there's|that's)$/u;
const SUBJECT =
  /^(?:i|we|he|she|they|my|our|it|this|that|there|his|her|their|i'm|i've|it's|we're|we've|you)$/u;
const GREETING = /^(?:(?:hi|hello|hey|dear|ok|okay|thanks|well|so|yes|please) )+/u;

export const isFinite = (word: Word): boolean => FINITE.test(word.norm);

const isStatement = (words: readonly Word[]): boolean =>
  words.some(isFinite) || (SUBJECT.test(words[0]?.norm ?? '') && words.some((word) => word.kind === 'verb'));

export function moodOf({ words, isOrder, hasQuestionMark }: Piece): Clause['mood'] {
  const norms = words.map((word) => word.norm);
  const start = `${norms.join(' ')} `.replace(GREETING, '');
  if (ASKS.test(start) || ASKED_BEHIND.test(start) || isOrder || /^(?:do not|don't|never) /u.test(start))
    return 'instruction';
  if (hasQuestionMark || (QUESTION.test(start) && QUESTION_WORD.test(start))) return 'question';
  if (isStatement(words)) return 'statement';
  // "hi there, please chart it": the order comes late.
  return norms.some((norm, at) => norms[at - 1] === 'please' && isOrderVerb(norm))
    ? 'instruction'
    : 'fragment';
}
