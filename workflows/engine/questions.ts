import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { ProvideInputAnswer, ProvideInputRequest } from '../../domain/messages.ts';
import { readInputSignal, readProvideInput } from '../../domain/messages/guards.ts';
import type { AnswerRef, GivenAnswer } from '../../domain/ports/questions.ts';
import { isObject } from '../../domain/json.ts';
import { mayAnswer } from '../../domain/questions/question.ts';
import type { Json } from '../../schemas/core/json.ts';
import type { RunStatus } from '../../schemas/core/run.ts';
import { inputSignal, provideInput } from './messages.ts';
import {
  announceAnswer,
  announceClosed,
  announceQuestion,
  announceResumed,
  toIgnored,
  whoMay,
  type Asker,
  type Question,
  type QuestionEnd,
  type QuestionSpec,
  type Taken,
} from './question-events.ts';
import { mustRead, refusal, takeSignal } from './signals.ts';

/**
 * Durable questions to people. Several may be open at once. They are listed in `GET /approvals` as `kind: "input"` and
 * answered by `POST /runs/{id}/inputs`, the run's WebSocket or the signal `input`, with nothing for a family to do:
 *
 *     const end = await run.questions.ask({
 *       id: 'shade',
 *       prompt: 'Which blue shall it be?',
 *       form: [{ id: 'shade', type: 'choice', label: 'Shade', choices: ['light', 'dark'] }],
 *       expiresAtMs: Date.now() + 3_600_000,
 *     });
 *     if (end.kind === 'answered') await act.paint({ runId, answer: end.answer });
 *
 * The workflow learns the answer's hash. Its values are sealed; an activity reads them with `openAnswer`
 * (`db/repositories/questions.ts`).
 */
export interface Questions {
  /** Shows the question and waits for its end. What an end without an answer means is the family's decision. */
  ask(spec: QuestionSpec): Promise<QuestionEnd>;
  /** Ends a question that was answered elsewhere. */
  close(id: string): void;
  isOpen(id: string): boolean;
  /** Answers to these are kept if they come before the question; to any other they are refused. */
  expect(ids: readonly string[]): void;
}

/** An answer that came before its question. */
type Early = GivenAnswer & Pick<ProvideInputRequest, 'by' | 'authority' | 'updateId'>;

/** What was asked so far, and what may come early. */
interface Book {
  readonly asked: Map<string, Question>;
  readonly expected: Map<string, Early | undefined>;
  /** What the run did before it waited. */
  before: RunStatus;
}

export function createQuestions(run: Asker): Questions {
  const book: Book = { asked: new Map(), expected: new Map(), before: 'running' };
  handleMessages(run, book);
  return {
    ask: (spec) => ask(run, book, spec),
    close(id) {
      const question = book.asked.get(id);
      if (question !== undefined && question.end === undefined)
        finish(run, book, question, { kind: 'closed' });
    },
    isOpen: (id) => openOnes(book).some(({ spec }) => spec.id === id),
    expect: (ids) => ids.forEach((id) => book.expected.set(id, book.expected.get(id))),
  };
}

const openOnes = ({ asked }: Book): Question[] => [...asked.values()].filter(({ end }) => end === undefined);

const LONGEST_NAME = 250;

async function ask(run: Asker, book: Book, spec: QuestionSpec): Promise<QuestionEnd> {
  const question = open(run, book, spec);
  await bindEarly(run, book, question);
  await run.journal.flush();
  const isOver = (): boolean => question.end !== undefined || run.stop.reason() !== undefined;
  const leftMs = spec.expiresAtMs - Date.now();
  if (!isOver() && leftMs > 0) await condition(isOver, leftMs, { summary: `answer to ${spec.id}` });
  await condition(() => question.taking === undefined);
  if (question.end === undefined)
    finish(run, book, question, { kind: run.stop.reason() === undefined ? 'expired' : 'stopped' });
  return question.end!;
}

function open(run: Asker, book: Book, spec: QuestionSpec): Question {
  if (spec.id === '' || spec.id.length > LONGEST_NAME || book.asked.has(spec.id))
    throw ApplicationFailure.nonRetryable(
      `"${spec.id}" cannot be asked: give each question of a run a name of its own.`,
      'BAD_QUESTION',
    );
  const form = Array.isArray(spec.form) ? { inline: spec.form as unknown as Json } : spec.form;
  const question: Question = { spec, form };
  if (run.status() !== 'awaiting_input') book.before = run.status();
  book.asked.set(spec.id, question);
  announceQuestion(run, question);
  return question;
}

async function bindEarly(run: Asker, book: Book, question: Question): Promise<void> {
  const early = book.expected.get(question.spec.id);
  book.expected.delete(question.spec.id);
  if (early === undefined) return;
  try {
    await checkAndTake(run, book, question, early);
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    run.ignored.tell(toIgnored(question.spec.id, error));
  }
}

function finish(run: Asker, book: Book, question: Question, end: QuestionEnd): void {
  question.end = end;
  if (end.kind === 'closed' || end.kind === 'expired') announceClosed(run, question, end.kind);
  const staysSo = end.kind === 'stopped' || (end.kind === 'expired' && question.spec.endsRun === true);
  if (staysSo || run.status() !== 'awaiting_input' || openOnes(book).length > 0) return;
  announceResumed(run, question, end, book.before);
}

function handleMessages(run: Asker, book: Book): void {
  setHandler(provideInput, (request) => answer(run, book, request), {
    validator: (request) => refuse(run, book, mustRead(readProvideInput, request)),
    description: 'Takes an answer that was kept beside the run before.',
  });
  takeSignal(run, inputSignal, {
    guard: readInputSignal,
    take: ({ id = onlyOpen(book) ?? 'none', ...early }) =>
      bySignal(run, book, id, { by: 'signal', updateId: 'signal', ...early }),
    ignored: (failure, message) => toIgnored(meantBy(book, message), failure),
    description: 'Answers a question: {"id": "<question>", "data": {"<field>": <value>}}. Not for secrets.',
  });
}

/** The question that a message is about, as far as it says so. */
function meantBy(book: Book, message: unknown): string {
  const id = isObject(message) ? message['id'] : undefined;
  return typeof id === 'string' ? id : (onlyOpen(book) ?? 'none');
}

const onlyOpen = (book: Book): string | undefined => {
  const [first, ...others] = openOnes(book);
  return others.length === 0 ? first?.spec.id : undefined;
};

async function bySignal(run: Asker, book: Book, id: string, early: Early): Promise<void> {
  refuse(run, book, { id, hash: '', ...early });
  const question = book.asked.get(id);
  if (question === undefined) book.expected.set(id, early);
  else if (question.spec.checkedByFamily)
    throw refusal('invalid_input', 'Answer this question over the API.');
  else await checkAndTake(run, book, question, early);
}

/** For answers whose values nobody has held against the form yet. */
async function checkAndTake(run: Asker, book: Book, question: Question, early: Early): Promise<void> {
  const { by, authority, updateId } = early;
  const { id } = question.spec;
  const given = 'data' in early ? { data: early.data } : { hash: early.hash };
  const kept = await run.act.local.keepAnswer.executeWithOptions(
    { summary: `question ${id}: check an answer` },
    [
      {
        runId: run.input.runId,
        question: id,
        form: question.form,
        given,
      },
    ],
  );
  if (kept.kind === 'refused')
    throw refusal('invalid_input', Object.values(kept.errors).flat().join(' ').slice(0, 1000));
  const request = { id, hash: kept.hash, by, updateId, ...(authority && { authority }) };
  refuse(run, book, request);
  const outcome = await answer(run, book, request);
  if (outcome.kind === 'rejected')
    throw refusal('invalid_input', Object.values(outcome.errors).flat().join(' ').slice(0, 1000));
}

/** Throws a refusal, as validators of updates do. */
function refuse(run: Asker, book: Book, { id, hash, authority }: ProvideInputRequest): void {
  if (run.stop.reason() !== undefined)
    throw refusal('not_awaiting_input', 'The run is ending; it waits for no input.');
  const question = book.asked.get(id);
  if (question === undefined && book.expected.has(id) && book.expected.get(id) === undefined) return;
  if (question?.end?.kind === 'answered' && question.end.answer.hash === hash) return; // the same answer again
  if (openOnes(book).length === 0) throw refusal('not_awaiting_input', 'The run waits for no input.');
  if (question === undefined || question.end !== undefined)
    throw refusal('question_not_open', 'This question is not open; GET /approvals lists those that are.');
  if (Date.now() > question.spec.expiresAtMs)
    throw refusal('deadline_passed', 'The time for answers is over.');
  if (question.taking !== undefined && question.taking.hash !== hash)
    throw refusal('question_not_open', 'Other answers to this question are on their way.');
  if (authority !== undefined && !mayAnswer(whoMay(question), authority))
    throw refusal('forbidden', 'This question is for somebody else to answer.');
}

async function answer(run: Asker, book: Book, request: ProvideInputRequest): Promise<ProvideInputAnswer> {
  const { id, hash, by, updateId } = request;
  const question = book.asked.get(id);
  if (question === undefined) {
    book.expected.set(id, request);
    return { kind: 'recorded', events: [] };
  }
  const given: AnswerRef = { question: id, hash, by };
  const outcome = await handOver(question, given);
  if (outcome.kind === 'rejected') return { ...outcome, events: [] };
  if (outcome.kind === 'gone') throw refusal('question_not_open', 'The question is not open any more.');
  if (question.end?.kind !== 'answered') {
    announceAnswer(run, question, given, updateId);
    const end: QuestionEnd = { kind: 'answered', answer: given };
    if (question.end === undefined) finish(run, book, question, end);
    else question.end = end; // it was closed or the run stopped while the answer was handed on
  }
  return { kind: 'taken', events: run.journal.pending() };
}

/** The same answer twice at once is handed over once. */
async function handOver(question: Question, given: AnswerRef): Promise<Taken> {
  const { take } = question.spec;
  if (take === undefined || question.end !== undefined) return { kind: 'taken' };
  question.taking ??= { hash: given.hash, outcome: take(given) };
  return question.taking.outcome.finally(() => delete question.taking);
}
