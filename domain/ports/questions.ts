import type { JsonObject } from '../../schemas/core/json.ts';
import type { FieldErrors } from '../questions/check-form.ts';
import type { ValueRef } from './values.ts';

/** What a workflow knows of an answer. The values are sealed beside the run, under this name and hash. */
export interface AnswerRef {
  question: string;
  hash: string;
  by: string;
}

/** `data`: values that a message carried. `hash`: values that the API kept before the form was known. */
export type GivenAnswer = { data: JsonObject } | { hash: string };

/** What is written down of a question. `open`: it was shown, and nobody has answered. */
export type KnownQuestion =
  | { kind: 'answered'; answer: AnswerRef }
  | { kind: 'open'; expiresAtMs: number }
  | { kind: 'new' };

export interface QuestionActivities {
  /** For a run whose workflow was reset: it asks nothing again that was answered, and gives nobody more time. */
  findQuestion(request: { runId: string; question: string }): Promise<KnownQuestion>;
  /** Checks an answer against its form and keeps it sealed. Safe to repeat. */
  keepAnswer(request: {
    runId: string;
    question: string;
    form: ValueRef;
    given: GivenAnswer;
  }): Promise<{ kind: 'kept'; hash: string } | { kind: 'refused'; errors: FieldErrors }>;
}
