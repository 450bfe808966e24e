import { createHmac } from 'node:crypto';
import type { KnownQuestion } from '../../domain/ports/questions.ts';
import { questionId } from '../../domain/questions/question.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';
import type { Sealer } from '../sealing.ts';
import { INBOX, type QuestionRow } from './run-lists.ts';

/** Which answer to which question. */
export interface AnswerKey {
  runId: string;
  question: string;
  hash: string;
}

/**
 * Keeps an answer sealed and gives its hash. The hash is keyed: histories show it, and a plain hash of a short answer could
 * be guessed.
 */
export async function keepAnswer(
  db: Queryable,
  sealer: Sealer,
  { runId, question, values }: { runId: string; question: string; values: JsonObject },
): Promise<string> {
  const hash = createHmac('sha256', sealer.derive('run.answer'))
    .update(JSON.stringify([runId, question, values]))
    .digest('hex');
  await db.query(
    `insert into answer (run_id, question, hash, sealed) values ($1, $2, $3, $4) on conflict do nothing`,
    [runId, question, hash, sealer.seal('run.answer', values)],
  );
  return hash;
}

/** The values of an answer, for activities; undefined when there is none. */
export async function openAnswer(
  db: Queryable,
  sealer: Sealer,
  { runId, question, hash }: AnswerKey,
): Promise<JsonObject | undefined> {
  const { rows } = await db.query<{ sealed: Buffer }>(
    'select sealed from answer where run_id = $1 and question = $2 and hash = $3',
    [runId, question, hash],
  );
  return rows[0] && (sealer.open('run.answer', rows[0].sealed) as JsonObject);
}

/** What is written down of a question, whatever the run's workflow remembers of it. */
export async function findQuestion(
  db: Queryable,
  { runId, question }: Pick<AnswerKey, 'runId' | 'question'>,
): Promise<KnownQuestion> {
  const { rows } = await db.query<Pick<QuestionRow, 'status' | 'data' | 'decided_by'>>(
    'select status, data, decided_by from approval where id = $1 and run_id = $2',
    [questionId(runId, question), runId],
  );
  const { status, data, decided_by: by } = rows[0] ?? {};
  const hash = data?.['hash'];
  if (status === 'answered' && typeof hash === 'string')
    return { kind: 'answered', answer: { question, hash, by: by ?? 'somebody' } };
  const expiresAtMs = Date.parse(String(data?.['expires_at']));
  return Number.isNaN(expiresAtMs) ? { kind: 'new' } : { kind: 'open', expiresAtMs };
}

/** The run has refused it. */
export async function forgetAnswer(db: Queryable, { runId, question, hash }: AnswerKey): Promise<void> {
  await db.query('delete from answer where run_id = $1 and question = $2 and hash = $3', [
    runId,
    question,
    hash,
  ]);
}

/** What a run has asked, in order. Same rows as approvals have, of the kind `input`. */
export async function questionsOf(db: Queryable, runId: string): Promise<QuestionRow[]> {
  const { rows } = await db.query<QuestionRow>(
    `${INBOX} where a.run_id = $1 and a.kind = 'input' order by a.requested_at, a.id`,
    [runId],
  );
  return rows;
}
