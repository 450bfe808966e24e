import type { PlanFailure, PlanNeedsDetail } from '../../domain/ports/planning.ts';
import type { AnswerRef } from '../../domain/ports/questions.ts';
import {
  detailForm,
  detailName,
  detailProblems,
  MOST_ROUNDS,
} from '../../domain/plan/understanding/detail.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { Run } from './run.ts';

export type Detail = { kind: 'answered'; answer: AnswerRef } | { kind: 'stopped' } | PlanFailure;

/**
 * Asks a person for what a plan lacks, where the client said that somebody can answer (`ask`). What was answered before the workflow
 * was reset is not asked again, and what was asked then has no more time than it had.
 */
export async function askDetail(run: Run, needs: PlanNeedsDetail, round: number): Promise<Detail> {
  const { ask, answerTtlMs, approvalTtlMs } = run.input.settings;
  if (ask !== true || needs.understanding.questions.length === 0) return refused(needs, needs.message);
  if (round > MOST_ROUNDS)
    return refused(needs, `The run has asked ${MOST_ROUNDS} times and still lacks this. ${needs.message}`);
  const name = detailName(round);
  const known = await run.act.local.findQuestion.executeWithOptions(
    { summary: `question ${name}: look for an answer` },
    [{ runId: run.input.runId, question: name }],
  );
  if (known.kind === 'answered') return known;
  const ttlMs = answerTtlMs ?? approvalTtlMs;
  const expiresAtMs = known.kind === 'open' ? known.expiresAtMs : Date.now() + ttlMs;
  const end = await run.questions.ask({
    id: name,
    prompt: needs.message,
    form: detailForm(needs.understanding.questions),
    expiresAtMs,
    endsRun: true,
    shown: shownOf(needs, name, expiresAtMs),
  });
  if (end.kind === 'answered') return end;
  if (end.kind === 'stopped') return { kind: 'stopped' };
  return refused(needs, `Nobody answered in time. ${needs.message}`);
}

function shownOf({ understanding }: PlanNeedsDetail, question: string, expiresAtMs: number) {
  const shown = understanding as unknown as JsonObject;
  return {
    data: { questions: shown['questions'] as Json },
    view: { understanding: shown, question, deadlines: { answer: new Date(expiresAtMs).toISOString() } },
    answered: { question: null, deadlines: {} },
  };
}

const refused = ({ understanding }: PlanNeedsDetail, message: string): PlanFailure => ({
  kind: 'failed',
  code: 'NEEDS_DETAIL',
  message,
  recoverable: true,
  details: detailProblems(understanding.questions),
  understanding,
});
