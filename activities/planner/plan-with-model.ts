import {
  assemblePlan,
  type AssembleContext,
  type PlanProblem,
  type UnhashedPlan,
} from '../../domain/plan/assemble.ts';
import type { PlanIntent } from '../../domain/plan/draft.ts';
import type { AskModel, ModelAnswer, Turn } from './ask-model.ts';
import { toDraft } from './model-schema.ts';
import { planPrompt, SYSTEM_PROMPT } from './prompt.ts';

/** A plan of the model's that passed every check, or why there is none. */
export type ModelOutcome =
  | { kind: 'planned'; plan: UnhashedPlan; intent: PlanIntent }
  | { kind: 'refused'; problem: PlanProblem }
  | Extract<ModelAnswer, { kind: 'retry' | 'failed' }>;

/** Asks, checks, and asks once more for an invalid and once for a too costly plan, with the problems as feedback. */
export async function askForPlan(
  ask: AskModel,
  input: string,
  today: string,
  context: AssembleContext,
  signal?: AbortSignal,
): Promise<ModelOutcome> {
  const turns: Turn[] = [{ role: 'user', content: planPrompt(input, today, context) }];
  const asked = new Set<PlanProblem['code']>();
  for (;;) {
    const answer = await ask(SYSTEM_PROMPT, turns, signal);
    if (answer.kind !== 'plan') return answer;
    const { draft, problems } = toDraft(answer.plan);
    const assembled = problems.length > 0 ? invalid(problems) : assemblePlan(draft.steps, context);
    if (assembled.ok) return { kind: 'planned', plan: assembled.plan, intent: draft.intent };
    if (assembled.code === 'NO_SERVICE' || asked.has(assembled.code))
      return { kind: 'refused', problem: assembled };
    asked.add(assembled.code);
    turns.push(
      { role: 'assistant', content: answer.raw.slice(0, LONGEST_ECHO).toWellFormed() },
      { role: 'user', content: feedback(assembled.problems) },
    );
  }
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
