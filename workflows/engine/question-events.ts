import type { ApplicationFailure, LocalActivityInterfaceFor } from '@temporalio/workflow';
import { questionId } from '../../domain/questions/question.ts';
import type { AnswerRef, QuestionActivities } from '../../domain/ports/questions.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import type { ValueRef } from '../../domain/ports/values.ts';
import type { EventType } from '../../schemas/core/event.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { CanAnswer, FormField } from '../../schemas/core/question.ts';
import type { RunStatus } from '../../schemas/core/run.ts';
import type { RunJournal } from './journal.ts';
import type { Ignored } from './signals.ts';
import type { Stop } from './stop.ts';

/** What asking needs of a run. */
export interface Asker {
  readonly input: { readonly runId: string };
  readonly act: { readonly local: LocalActivityInterfaceFor<QuestionActivities> };
  readonly journal: RunJournal;
  readonly ignored: Ignored;
  readonly stop: Stop;
  status(): RunStatus;
  move(status: RunStatus, type: EventType, key: string, data: JsonObject, more?: Partial<JournalEvent>): void;
  describe(lines: string[], facts?: JsonObject): void;
}

/** A question as a family asks it. `id` names it in its run, once. */
export interface QuestionSpec {
  id: string;
  prompt: string;
  /** A reference where the form is large or was read by an activity. */
  form: FormField[] | ValueRef;
  expiresAtMs: number;
  /** Whoever may operate the run, unless it says otherwise. */
  canAnswer?: CanAnswer;
  /** Hands an answer on before it counts. A rejected one leaves the question open. */
  take?: (answer: AnswerRef) => Promise<Taken>;
  /** Nobody's answer ends the run: it goes straight from waiting to its end. */
  endsRun?: true;
  /** The family's API checks and keeps answers itself, so no signal can bring one. */
  checkedByFamily?: true;
  /** What the event and the projection say besides, and what the projection says once it is answered. */
  shown?: { data: JsonObject; view: JsonObject; answered: JsonObject };
  /** What events say, for a family whose clients know it in other words. */
  words?: QuestionWords;
}

/** `gone`: whoever wanted the answer does not want it any more. */
export type Taken =
  | { kind: 'taken' }
  | { kind: 'rejected'; errors: { [field: string]: string[] } }
  | { kind: 'gone' };

/** Events and projection in a family's own words. */
export interface QuestionWords {
  asked: { data: JsonObject; view?: JsonObject };
  received(answer: AnswerRef): JsonObject;
  resumed: { data: JsonObject; view?: JsonObject };
}

/** `closed`: answered elsewhere. */
export type QuestionEnd =
  | { kind: 'answered'; answer: AnswerRef }
  | { kind: 'closed' | 'expired' | 'stopped' };

/** A question that was asked, and what became of it. */
export interface Question {
  readonly spec: QuestionSpec;
  readonly form: ValueRef;
  end?: QuestionEnd;
  /** An answer on its way: its outcome is waited for, whatever the time. */
  taking?: { hash: string; outcome: Promise<Taken> };
}

const ANYBODY: CanAnswer = { scope: 'operate' };
export const whoMay = ({ spec }: Question): CanAnswer => spec.canAnswer ?? ANYBODY;

const MAY_WAIT: readonly RunStatus[] = ['created', 'planning', 'running', 'awaiting_input'];

/** Shows the question. A run that waits for something else already goes on showing that. */
export function announceQuestion(run: Asker, question: Question): void {
  const { id, prompt, expiresAtMs, words, shown } = question.spec;
  const expires_at = new Date(expiresAtMs).toISOString();
  const item = {
    kind: 'input',
    question: id,
    prompt,
    expires_at,
    can_answer: whoMay(question) as JsonObject,
  };
  const { data, view } = words?.asked ?? {
    data: { question: id, prompt, expires_at, ...shown?.data },
    view: shown?.view,
  };
  const more: Partial<JournalEvent> = {
    ...(view && { view }),
    approval: {
      id: questionId(run.input.runId, id),
      status: 'pending',
      data: { ...item, form: question.form },
    },
  };
  const [type, key] = ['run.awaiting_input', `run.awaiting_input:${id}`] as const;
  if (MAY_WAIT.includes(run.status())) run.move('awaiting_input', type, key, data, more);
  else run.journal.emit({ key, type, data, ...more });
  run.describe([`**Waiting for answers** until ${expires_at}`], { waitingFor: 'input' });
}

export function announceAnswer(run: Asker, { spec }: Question, answer: AnswerRef, cause: string): void {
  const { by, hash, question } = answer;
  run.journal.emit({
    key: `input.received:${question}:${cause}`,
    type: 'input.received',
    data: spec.words?.received(answer) ?? { question, by },
    approval: { id: questionId(run.input.runId, question), status: 'answered', by, data: { hash } },
  });
}

/** A question that ended without an answer of ours. */
export function announceClosed(
  run: Asker,
  { spec: { id, words } }: Question,
  kind: 'closed' | 'expired',
): void {
  if (words !== undefined) return; // such a family tells it in its own events
  run.journal.emit({
    key: `input.closed:${id}`,
    type: 'input.closed',
    data: { question: id, reason: kind },
    approval: { id: questionId(run.input.runId, id), status: kind === 'closed' ? 'answered' : 'expired' },
  });
}

/** The last open question has ended: the run does again what it did before the first. */
export function announceResumed(
  run: Asker,
  { spec: { id, words, shown } }: Question,
  end: QuestionEnd,
  before: RunStatus,
): void {
  const isTold = words === undefined || end.kind === 'answered';
  const { data, view } = words?.resumed ?? { data: { question: id }, view: shown?.answered };
  const more: Partial<JournalEvent> = {
    ...(view && { view }),
    ...(isTold ? {} : { approval: { id: questionId(run.input.runId, id), status: 'answered' } }),
  };
  if (before === 'planning') run.move('planning', 'run.planning', `run.planning:${id}`, data, more);
  else run.move('running', 'run.running', `run.running:${id}`, data, more);
  run.describe(['**Working**'], { waitingFor: null });
}

const LONGEST_SHOWN = 100;

/** An answer that changed nothing. */
export function toIgnored(id: string, { type, message }: ApplicationFailure): JournalEvent {
  const question = id.slice(0, LONGEST_SHOWN);
  const code = type ?? 'refused';
  return {
    key: `input.ignored:${question}:${code}`,
    type: 'input.ignored',
    data: { question, code, message },
  };
}
