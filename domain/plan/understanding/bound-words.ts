import type { Mention } from './reading.ts';
import type { Passage, Span } from './understanding.ts';

type Measured = Extract<Mention, { kind: 'money' | 'duration' }>;

/** Words before an amount that make it the most that may be. */
const UPPER = [
  'under|below|beneath|within|inside|up to|upto|<=?|≤',
  'max(?:imum|imally)?(?: of| is|:)?|at (?:the )?(?:very )?(?:most|max(?:imum)?)',
  "(?:no|not|never|nothing|don't|mustn't)(?: \\w+){0,3}? (?:more|over|above|longer|greater|higher)(?: than)?",
  "(?:no|not|never|don't|mustn't)(?: \\w+){0,3}? exceed(?:ing)?",
  '(?:less|cheaper|lower|fewer|faster|quicker|shorter) than',
].join('|');
const FILL = '(?:of )?(?:a total of |a |an |the )?(?:next )?';
const UPPER_BEFORE = new RegExp(`(?:^|(?<=[^\\w]))(?:${UPPER})\\s*${FILL}$`, 'i');
const UPPER_OWN = new RegExp(`^(?:in )?(?:${UPPER})\\s*(?:the next )?`, 'i');

/** Words before an amount of money that is set aside for the whole. */
const BUDGET_BEFORE =
  /\b(?:budget|limit|cap|ceiling|(?:i|we)(?: only| just)? (?:have|got|'ve got)|max[ -]?cost|maximum (?:cost|price|spend)|max (?:cost|price|spend))(?: (?:is|of|at|to|for (?:this|it) is))?\s*[:=]?\s*(?:only |just |about )?$/i;

/** Words after an amount that make it the most that may be. */
const BOUND_AFTER =
  /^\s*,?\s*(?:(?:at (?:the )?(?:very )?(?:most|max(?:imum)?)|max(?:imum)?)\b(?!\s*(?:of\s*)?[$€£]?\d)|tops\b|or (?:less|cheaper|lower|under|below|faster|sooner)\b|and no(?:t)? more\b|(?:in total )?is (?:my|the|our) (?:limit|budget|max(?:imum)?|cap)\b|(?:limit|budget|cap)\b)/i;

/** Of a time only what stands directly behind it: "7 days, cap it at 5 cents" bounds no days. */
const TIME_AFTER =
  /^\s*(?:at (?:the )?(?:very )?(?:most|max(?:imum)?)|max(?:imum)?|tops|or (?:less|faster|sooner|under)|and no(?:t)? more)\b/i;

/** "The price is under 100 dollars" and "drops below 5 cents" tell of a price; "it must stay under 5 cents" sets a limit. */
const TOLD =
  /\b(?:is|are|was|were|drops?|dropped|falls?|fell|goes|went|gets?|dips?|sinks?|trades?|trading|traded|moves?)(?: (?:currently|now|still|trading))? ?$/i;

const LONGEST = 60; // characters that are looked at on either side

/** Whether an amount is the most that the whole may cost or last. */
export function isBound(mention: Measured, text: string): boolean {
  const { before, upper, after, isBudget } = sidesOf(mention.span, text);
  if (isBudget && mention.kind === 'money') return true;
  if (TOLD.test(before)) return false;
  if (BOUND_AFTER.test(after) && (mention.kind === 'money' || TIME_AFTER.test(after))) return true;
  if (mention.kind === 'money')
    return mention.bound !== 'min' && (mention.bound === 'max' || upper !== undefined);
  return upper !== undefined && isTimeToWork(mention, upper);
}

/** "Within the next week" is the time of the thing itself, "within the next hour" and "within two days" how long to work. */
const isTimeToWork = ({ days }: Extract<Mention, { kind: 'duration' }>, upper: string): boolean =>
  days < 1 || !/\bnext\b/i.test(upper);

/** The passage of an amount with the words that bind it. */
export function phraseAround(span: Span, text: string): Passage {
  const { start, after } = sidesOf(span, text);
  const end = span[1] + (BOUND_AFTER.exec(after)?.[0].length ?? 0);
  return { text: text.slice(start, end), span: [start, end] };
}

interface Sides {
  /** What stands before the words that bind. */
  before: string;
  /** The words that bind, in the mention's own passage or before it. */
  upper: string | undefined;
  after: string;
  start: number;
  isBudget: boolean;
}

function sidesOf([start, end]: Span, text: string): Sides {
  const plain = text.replaceAll('’', "'");
  const before = plain.slice(Math.max(0, start - LONGEST), start);
  const after = plain.slice(end, end + LONGEST);
  const own = UPPER_OWN.exec(plain.slice(start, end))?.[0];
  if (own !== undefined) return { before, upper: own, after, start, isBudget: false };
  const budget = BUDGET_BEFORE.exec(before)?.[0];
  const upper = UPPER_BEFORE.exec(before)?.[0];
  const lead = (upper ?? budget ?? '').length;
  return {
    before: before.slice(0, before.length - lead),
    upper,
    after,
    start: start - lead,
    isBudget: budget !== undefined,
  };
}
