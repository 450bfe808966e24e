import { forgetAnswer, keepAnswer, questionsOf } from '../../db/repositories/questions.ts';
import type { QuestionRow } from '../../db/repositories/run-lists.ts';
import type { RunRow } from '../../db/repositories/runs.ts';
import { createValues } from '../../db/values.ts';
import type { ProvideInputAnswer } from '../../domain/messages.ts';
import { checkForm } from '../../domain/questions/check-form.ts';
import { mayAnswer, nameOf, questionId } from '../../domain/questions/question.ts';
import { isTerminal } from '../../domain/run-states.ts';
import type { InputBody } from '../../schemas/core/api.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { CanAnswer, FormField } from '../../schemas/core/question.ts';
import { toApiError } from '../errors.ts';
import { ApiError, invalidInput } from '../problem.ts';
import type { CommandCtx } from '../context.ts';
import { earlierAnswer, provideInput } from './commands.ts';
import { readForm, whoMay } from './to-wire.ts';

/**
 * Answers a question of a run, for every family. The same answer to the same question is taken once, and confirmed each time
 * it is repeated. A family whose forms the engine cannot check takes answers itself.
 */
export async function giveInput(ctx: CommandCtx, run: RunRow, input: InputBody): Promise<void> {
  const family = ctx.deps.families.find(({ name }) => name === run.family);
  const id = input.id === undefined ? undefined : nameOf(run.id, input.id);
  if (family?.giveInput !== undefined) {
    const isRepeated = ctx.claim !== undefined; // the family knows whether an earlier try gave this input
    if (run.status !== 'awaiting_input' && !isRepeated) throw noInput(run);
    return family.giveInput(ctx, run, { ...(id !== undefined && { id }), data: input.data });
  }
  if (id === undefined && (await wasTaken(ctx, run))) return;
  const asked = await questionsOf(ctx.deps.db.pool, run.id);
  const question =
    id === undefined ? onlyOpen(run, asked) : asked.find((row) => row.id === questionId(run.id, id));
  if (question !== undefined) return answerQuestion(ctx, run, question, input.data);
  if (id === undefined || isTerminal(run.status)) throw noInput(run);
  await answerEarly(ctx, run, id, input.data);
}

/** A repeated request without an id must not answer the next question. */
async function wasTaken(ctx: CommandCtx, run: RunRow): Promise<boolean> {
  if (ctx.claim === undefined) return false;
  return (await earlierAnswer<ProvideInputAnswer>(ctx, run))?.kind === 'taken';
}

/** The only open question. When none is open, the last one that was asked: the same answer to it is confirmed. */
function onlyOpen(run: RunRow, asked: readonly QuestionRow[]): QuestionRow {
  const open = asked.filter(({ status }) => status === 'pending');
  if (open.length > 1) {
    const ids = open.map(({ id }) => nameOf(run.id, id)).join(', ');
    throw new ApiError(
      'validation_failed',
      `Several questions are open. Say which one is answered: "id" is one of ${ids}.`,
    );
  }
  const question = open[0] ?? asked.at(-1);
  if (question === undefined) throw noInput(run);
  return question;
}

async function answerQuestion(
  ctx: CommandCtx,
  run: RunRow,
  row: QuestionRow,
  data: JsonObject,
): Promise<void> {
  const { db, sealer } = ctx.deps;
  const question = nameOf(run.id, row.id);
  const may = whoMay(row);
  requireRight(ctx, may);
  const form = await readForm(createValues(db.pool, sealer), row);
  if (row.status !== 'pending' && row.status !== 'answered') throw closed(run, row);
  const values = checked(form, data);
  const key = { runId: run.id, question };
  const hash = await keepAnswer(db.pool, sealer, { ...key, values });
  if (row.data['hash'] === hash) return;
  if (row.status === 'answered') throw closed(run, row);
  try {
    const outcome = await provideInput(ctx, run, { id: question, hash }, may.scope);
    if (outcome.kind === 'rejected') throw invalidInput(outcome.errors);
  } catch (error) {
    const now = (await questionsOf(db.pool, run.id)).find(({ id }) => id === row.id);
    if (now?.data['hash'] !== hash) throw error; // else the very same answer was a moment faster
  }
}

/** An answer to a question that the run has not asked yet; the run refuses it unless it expects the question. */
async function answerEarly(ctx: CommandCtx, run: RunRow, question: string, data: JsonObject): Promise<void> {
  const { db, sealer } = ctx.deps;
  const key = { runId: run.id, question };
  const hash = await keepAnswer(db.pool, sealer, { ...key, values: data });
  try {
    await provideInput(ctx, run, { id: question, hash }, 'operate');
  } catch (error) {
    const refused = toApiError(error);
    if (refused !== undefined && refused.code !== 'unavailable')
      await forgetAnswer(db.pool, { ...key, hash });
    throw error;
  }
}

function checked(form: readonly FormField[], data: JsonObject): JsonObject {
  const verdict = checkForm(form, data);
  if (!verdict.ok) throw invalidInput(verdict.errors);
  return verdict.values;
}

function requireRight({ principal }: CommandCtx, may: CanAnswer): void {
  if (mayAnswer(may, principal)) return;
  const subjects = may.subjects === undefined ? '' : `, of ${may.subjects.join(' or ')}`;
  throw new ApiError('forbidden', `Answering this needs a key with the scope "${may.scope}"${subjects}.`);
}

const noInput = (run: RunRow): ApiError =>
  new ApiError('invalid_state', `The run is ${run.status}; it waits for no input.`);

function closed(run: RunRow, { status }: QuestionRow): ApiError {
  if (status === 'expired') return new ApiError('deadline_passed', 'The time for answers is over.');
  if (status === 'answered') return new ApiError('question_not_open', 'This question was answered already.');
  return noInput(run);
}
