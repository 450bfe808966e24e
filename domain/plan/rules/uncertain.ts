import { positions } from '../understanding/spans.ts';
import { isIn } from './words.ts';
import { askFor } from './doubts.ts';
import { isSoft } from './lexicon.ts';
import { isPlain } from './phrases.ts';
import { wordAt, type Scene } from './scene.ts';

/** Words around a limit that say nothing more: "spend", "budget". */
const LIMIT_WORDS = new Set(
  'spend spending cost pay budget limit exceed maximum minimum max total ceiling cap charge money stay keep price sure verified seller service use'.split(
    ' ',
  ),
);

export const isLimitWord = (norm: string): boolean => isIn(norm, LIMIT_WORDS) && norm !== 'price';

export const isIdle = (scene: Scene, index: number): boolean => {
  const { norm } = wordAt(scene, index);
  const hasLimit = scene.reading.clauses.some(
    ({ from, to }) =>
      index >= from && index < to && positions(from, to).some((one) => scene.account.isTaken(one)),
  );
  return isSoft(norm) || isPlain(scene, index) || (hasLimit && isIn(norm, LIMIT_WORDS));
};

/** Field of the question whether a service may be used although it cannot take all that was said. */
export const GO_ON_WITHOUT = 'go_on_without';

/** A person decides whether to go on without what a service cannot take. */
export function askAboutUntakeable({ doubts, answers }: Scene): void {
  if (doubts.untakeable.size === 0 || answers[GO_ON_WITHOUT] === true) return;
  const sentences = [...doubts.untakeable].map(
    ([name, said]) => `${name} cannot take ${said.map((one) => `"${one}"`).join(' and ')}.`,
  );
  askFor(doubts, {
    field: GO_ON_WITHOUT,
    question: `${sentences.join(' ')} Go on without?`.slice(0, 1000),
    type: 'boolean',
    example: true,
  });
}

/** Field of the question for another wording. */
export const REQUEST = 'request';

/** Nothing was asked for that could be looked up, or help without a word of what with. */
export function isUnclear({ reading, builder, doubts }: Scene): boolean {
  if (builder.steps.length > 0 || doubts.questions.length > 0 || isAboutUs(reading.text)) return false;
  return doubts.lacking.length === 0 || VAGUE.test(reading.text);
}

const VAGUE =
  /\b(?:help|assist|advise|something|anything|stuff|things|whatever|make (?:me )?(?:rich|money)|do (?:it|that|this|your))\b/i;

/** "What can you do?" is answered by what exists. */
const isAboutUs = (text: string): boolean =>
  /\b(?:what|which|how)\b.{0,40}\b(?:you|this|services?|steward)\b.{0,30}\b(?:do|does|offer|offers|work|works|able|help|available|exist|sell|have|can)\b|\bwhat (?:services|can)\b/i.test(
    text,
  );

export function askWhatIsMeant({ doubts, profiles }: Scene): void {
  const names = profiles.slice(0, MOST_NAMED).map(({ service }) => service.name);
  askFor(doubts, {
    field: REQUEST,
    question: `What should be done? Name the work, and what it is about. There are: ${names.join(', ')}${profiles.length > MOST_NAMED ? ', …' : ''}.`,
    type: 'text',
    example: 'Get the SOL price history of the last 30 days and chart it',
  });
}

const MOST_NAMED = 20;
