import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import { comparePlan, type Differences } from './compare-plan.ts';
import { paidCalls, type Outcome, type Planned, type Planner, type Refused } from './outcome.ts';
import type { PlanWanted, Sentence, Wish } from './sentence.ts';

export const VERDICTS = [
  'right plan',
  'right question',
  'right refusal',
  'wrong plan',
  'needless question',
  'WRONG PURCHASE',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Scored {
  sentence: Sentence;
  outcome: Outcome;
  verdict: Verdict;
  /** What came instead of what was wanted. */
  came: string;
}

export const isRight = ({ verdict }: Scored): boolean => verdict.startsWith('right');

/** Says each sentence to the planner, one after the other. */
export async function scoreAll(
  sentences: readonly Sentence[],
  plan: Planner,
  services: readonly CatalogueService[],
): Promise<Scored[]> {
  const scored: Scored[] = [];
  for (const sentence of sentences) {
    const outcome = await answerOf(plan, sentence.say);
    scored.push({ sentence, outcome, ...judge(sentence, outcome, services) });
  }
  return scored;
}

/** A planner that breaks has refused, with a code that is never right. */
async function answerOf(plan: Planner, text: string): Promise<Outcome> {
  try {
    return await plan(text);
  } catch (error) {
    return { ok: false, code: 'THROWN', message: String(error) };
  }
}

type Judged = Pick<Scored, 'verdict' | 'came'>;

export function judge(sentence: Sentence, outcome: Outcome, services: readonly CatalogueService[]): Judged {
  if (outcome.ok) return judgePlan(sentence, outcome, services);
  return outcome.code === 'NEEDS_DETAIL' ? judgeQuestion(sentence, outcome) : judgeRefusal(sentence, outcome);
}

const isPlan = (wish: Wish): wish is PlanWanted => 'plan' in wish;

/** The wish that the plan comes closest to decides. */
function judgePlan(
  { say, expect }: Sentence,
  outcome: Planned,
  services: readonly CatalogueService[],
): Judged {
  const bought = paidCalls(outcome).map((step) => `${step.serviceId} ${JSON.stringify(step.params)}`);
  const came = bought.join(', ') || 'a free plan';
  const compared = expect
    .filter(isPlan)
    .map((wish) => ({ wish, ...comparePlan(outcome, wish, say, services) }))
    .toSorted((a, b) => a.purchases.length - b.purchases.length || a.lacks.length - b.lacks.length);
  const right = compared.find((found) => isEmpty(found) && found.wish.tolerated !== true);
  if (right !== undefined) return { verdict: 'right plan', came };
  const best = compared[0];
  const isHarmless = best === undefined ? bought.length === 0 : best.purchases.length === 0;
  const why = best === undefined ? came : [...best.purchases, ...best.lacks].join('; ');
  return { verdict: isHarmless ? 'wrong plan' : 'WRONG PURCHASE', came: why || came };
}

const isEmpty = ({ purchases, lacks }: Differences): boolean => purchases.length + lacks.length === 0;

function judgeQuestion({ expect }: Sentence, outcome: Refused): Judged {
  const fields = (outcome.understanding?.questions ?? []).map((question) => question.field);
  const isAsked = (field: string): boolean =>
    fields.some((asked) => asked === field || asked.endsWith(`.${field}`));
  const isWanted = expect.some(
    (wish) => 'ask' in wish && fields.length > 0 && (wish.ask === 'any' || wish.ask.some(isAsked)),
  );
  return {
    verdict: isWanted ? 'right question' : 'needless question',
    came: `asks for ${fields.join(', ') || 'nothing'}`,
  };
}

/** A plan that is not valid, or none at all, is no refusal. */
function judgeRefusal({ expect }: Sentence, { code, message }: Refused): Judged {
  const isRefusal = code === 'NO_SERVICE' || code === 'MAX_COST_EXCEEDED';
  const isWanted = expect.some(
    (wish) => 'refuse' in wish && (wish.refuse === code || (wish.refuse === 'any' && isRefusal)),
  );
  return { verdict: isWanted ? 'right refusal' : 'wrong plan', came: `${code}: ${message}` };
}

/** Of the plans that are sure of themselves, how many are right. */
export function calibration(scored: readonly Scored[]): { sure: number; right: number } {
  const sure = scored.filter(({ outcome }) => outcome.ok && outcome.intent.confidence >= 0.9);
  return { sure: sure.length, right: sure.filter(isRight).length };
}
