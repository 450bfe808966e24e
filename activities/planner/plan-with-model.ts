import {
  assemblePlan,
  noService,
  type AssembleContext,
  type PlanProblem,
  type UnhashedPlan,
} from '../../domain/plan/assemble.ts';
import type { DraftStep, PlanIntent } from '../../domain/plan/draft.ts';
import { unfilled } from '../../domain/plan/service-problems.ts';
import { checkClaims, type CheckedClaims } from '../../domain/plan/understanding/check-claims.ts';
import { lackingQuestions, onceEach } from '../../domain/plan/understanding/detail-questions.ts';
import type { Reading } from '../../domain/plan/understanding/reading.ts';
import type {
  PlanQuestion,
  Understanding,
  WordLimits,
} from '../../domain/plan/understanding/understanding.ts';
import { bindLimits, limitsOf, sellersOf } from '../../domain/plan/understanding/word-limits.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { AskModel, PlanAnswer, Turn } from './ask-model.ts';
import { toDraft } from './model-schema.ts';
import { planPrompt, SYSTEM_PROMPT } from './prompt.ts';

/** What a model is to plan: words, as they were read, and what a person has answered since. */
export interface ModelTask {
  input: string;
  today: string;
  reading: Reading;
  /** Answers by field, and the questions they answer. */
  answers?: JsonObject;
  asked?: readonly PlanQuestion[];
  context: AssembleContext;
}

/** A plan of the model's that passed every check, what must be asked first, or why there is none. */
export type ModelOutcome =
  | { kind: 'planned'; plan: UnhashedPlan; intent: PlanIntent; limits: WordLimits }
  | { kind: 'needs_detail'; message: string; understanding: Understanding }
  | { kind: 'refused'; problem: PlanProblem; understanding?: Understanding }
  | Exclude<PlanAnswer, { kind: 'plan' }>;

/**
 * Asks, checks, and asks once more for an invalid and once for a too costly plan, with the problems as feedback. What the model says
 * that it understood is held against the request; a value that nobody gave becomes a question, never a purchase.
 */
export async function askForPlan(
  ask: AskModel,
  task: ModelTask,
  signal?: AbortSignal,
): Promise<ModelOutcome> {
  const { input, today, reading, answers = {}, asked: questions } = task;
  const sellers = sellersOf(task.context.services);
  const said = limitsOf(reading, { codes: task.context.codes, sellers, answers });
  const context = bindLimits(task.context, said.limits);
  const turns: Turn[] = [
    { role: 'user', content: planPrompt(input, today, context, { answers, asked: questions }) },
  ];
  const corrected = new Set<PlanProblem['code'] | 'doubts'>();
  for (;;) {
    const answer = await ask(SYSTEM_PROMPT, turns, signal);
    if (answer.kind !== 'plan') return answer;
    const judged = judge(answer.plan, { ...task, answers, context, sellers }, !corrected.has('doubts'));
    if (judged.kind !== 'again') return judged.outcome;
    const { code } = judged;
    if (corrected.has(code)) return judged.otherwise;
    corrected.add(code);
    turns.push(
      { role: 'assistant', content: answer.raw.slice(0, LONGEST_ECHO).toWellFormed() },
      { role: 'user', content: feedback(judged.problems) },
    );
  }
}

type Judged =
  | { kind: 'done'; outcome: ModelOutcome }
  | { kind: 'again'; code: PlanProblem['code'] | 'doubts'; problems: string[]; otherwise: ModelOutcome };

type Judging = ModelTask & { answers: JsonObject; sellers: readonly string[] };

function judge(plan: Parameters<typeof toDraft>[0], task: Judging, mayDoubt: boolean): Judged {
  const { draft, claims, problems } = toDraft(plan);
  if (problems.length > 0) return again(invalid(problems));
  const { services, codes } = task.context;
  const checked = checkClaims(draft.steps, claims, { ...task, services, codes });
  const { understanding } = checked;
  if (checked.problems.length > 0)
    return again(invalid([...checked.problems, ...checked.questions.map(sayUnsaid)]), understanding);
  if (checked.questions.length > 0) return done(needsDetail(understanding, checked.questions));
  if (draft.steps.length === 0) return withoutSteps(checked, codes);
  const assembled = assemblePlan(draft.steps, bindLimits(task.context, checked.limits));
  if (!assembled.ok) return unassembled(assembled, draft.steps, task, understanding);
  if (understanding.questions.length > 0) return done(needsDetail(understanding, understanding.questions));
  if (checked.withouts.length === 0) return done(planned(assembled.plan, draft.intent, checked));
  const declined = checked.withouts.filter(({ field }) => task.answers[field] === false);
  if (declined.length > 0)
    return done(refused(noService(declined.map(sayDeclined), codes.join(' or ')), understanding));
  const asking = needsDetail(understanding, checked.withouts);
  return mayDoubt
    ? { kind: 'again', code: 'doubts', problems: checked.doubts, otherwise: asking }
    : done(asking);
}

const done = (outcome: ModelOutcome): Judged => ({ kind: 'done', outcome });

const again = (problem: PlanProblem, understanding?: Understanding): Judged => ({
  kind: 'again',
  code: problem.code,
  problems: problem.problems,
  otherwise: refused(problem, understanding),
});

const refused = (problem: PlanProblem, understanding?: Understanding): ModelOutcome => ({
  kind: 'refused',
  problem,
  ...(understanding === undefined ? {} : { understanding }),
});

const planned = (
  plan: UnhashedPlan,
  intent: PlanIntent,
  { understanding, limits, confidence }: CheckedClaims,
): ModelOutcome => ({
  kind: 'planned',
  plan: { ...plan, understanding },
  intent: { ...intent, confidence },
  limits,
});

function needsDetail(understanding: Understanding, questions: readonly PlanQuestion[]): ModelOutcome {
  const asked = onceEach(questions);
  const message = `Something must be known before this is planned: ${asked.map(({ question }) => question).join(' ')}`;
  return { kind: 'needs_detail', message, understanding: { ...understanding, questions: asked } };
}

const sayUnsaid = ({ field, service }: PlanQuestion): string =>
  `Nobody gave "${field}"${service === undefined ? '' : ` for ${service}`}: take it from the request or ask for it.`;

const sayDeclined = ({ question }: PlanQuestion): string => `${question} The answer was no.`;

/** No service does any of it, or the model has nothing to say. */
function withoutSteps({ understanding }: CheckedClaims, codes: readonly string[]): Judged {
  const wanted = understanding.parts.filter(({ as }) => as === 'unavailable').map(({ text }) => text);
  return wanted.length > 0
    ? done(refused(noService(wanted, codes.join(' or ')), understanding))
    : again(
        invalid(['There are no steps and no questions: plan the request, or ask for what is missing.']),
        understanding,
      );
}

/** A required param that is still missing after the correction is asked for. */
function unassembled(
  problem: PlanProblem,
  steps: readonly DraftStep[],
  { context: { services } }: Judging,
  understanding: Understanding,
): Judged {
  if (problem.code === 'NO_SERVICE') return done(refused(problem, understanding));
  const lacking = lackingQuestions(steps, services, unfilled);
  const judged = again(problem, understanding);
  const isLacking =
    problem.code === 'PLAN_INVALID' && lacking.length > 0 && lacking.length >= problem.problems.length;
  return isLacking && judged.kind === 'again'
    ? { ...judged, otherwise: needsDetail(understanding, lacking) }
    : judged;
}

const invalid = (problems: string[]): PlanProblem => ({
  ok: false,
  code: 'PLAN_INVALID',
  message: `The plan is not valid: ${problems[0]}`,
  problems,
});

const MOST_PROBLEMS = 30;
const LONGEST_PROBLEM = 500;
const LONGEST_ECHO = 200_000; // characters; who answers more is told what is wrong with it all the same

const feedback = (problems: readonly string[]): string =>
  `This plan cannot be used:\n${problems
    .slice(0, MOST_PROBLEMS)
    .map((problem) => `- ${problem.slice(0, LONGEST_PROBLEM).toWellFormed()}`)
    .join('\n')}\nSend the whole corrected plan.`;
