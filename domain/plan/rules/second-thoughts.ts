import type { Clause, Reading } from '../understanding/reading.ts';
import { isMeant } from './long-requests.ts';
import type { Scene } from './scene.ts';
import { isAsked } from './tasks.ts';

/** "Wait, cancel that", "actually, make it ETH", "just kidding": what was said before does not stand as it is. */
const TAKES_BACK =
  /(?<!n't |not |never )\b(?:(?:forget|cancel|scratch|strike|undo|disregard) (?:it|that|this|everything|all of (?:it|that))\b|never ?mind\b(?! the| about)|(?:just|only) (?:kidding|joking)\b|changed my mind\b|on second thoughts?\b|(?:actually|no|wait|sorry|rather)[,:–—-]* ?(?:make|take|use|let's|i mean)\b|i meant?\b (?!that ))/giu;
/** "Ask me before you book": a plan that is approved by itself would not. */
const WANTS_TO_BE_ASKED =
  /\b(?:(?:ask|consult|call|tell) me|(?:check|confirm) (?:it |this |that )?with me|let me (?:know|confirm|decide|approve|check)) (?:first|before|beforehand)\b|\b(?:without|wait for|until i give) my (?:ok|okay|approval|consent|go)\b/giu;

/** A plan is done once. */
const RECURS =
  /\b(?:every|each) (?:other |second |single |working |week)?(?:day|week|month|year|hour|minute|morning|evening|night|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b(?! of\b)|\bonce (?:a|per|every) (?:day|week|month|year|hour)\b/giu;

/** A person decides what is meant, not the plan. */
export function noteSecondThoughts(scene: Scene): void {
  const { reading, doubts } = scene;
  const text = unquoted(reading);
  const asked = reading.clauses.filter((clause) => isAsked(clause) && isMeant(scene, clause));
  const said = [
    ...[TAKES_BACK, WANTS_TO_BE_ASKED].flatMap((pattern) => foundIn(text, pattern)),
    // What happens every year in a story is not asked for.
    ...asked.flatMap(({ span }) => foundIn(text.slice(...span), RECURS)),
  ];
  if (said.length > 0)
    doubts.untakeable.set('The plan', [...(doubts.untakeable.get('The plan') ?? []), ...said]);
}

const foundIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[0].trim());

const unquoted = ({ text, mentions }: Reading): string =>
  mentions
    .filter(({ kind }) => kind === 'quote' || kind === 'url')
    .reduce(
      (plain, { span: [from, to] }) => plain.slice(0, from) + '\u0001'.repeat(to - from) + plain.slice(to),
      text.replaceAll('’', "'"),
    );

const ABOUT_DOING =
  /^\W*(?:(?:and|so|but|please|hey|hi)\W+)*(?:why\b|what if\b|what happens\b|how (?:do|does|did|can|could|should|would|might) (?:i|we|you|one|people|someone|somebody)\b)|\bhow (?:i (?:can|could|should|would)|you (?:do|would|can|could)|to)\b/iu;

/** "How do I book a hotel?", "what if I booked one?": whoever asks about it orders nothing. */
export const isAboutDoing = ({ text }: Reading, { span }: Clause): boolean =>
  ABOUT_DOING.test(text.slice(...span));
