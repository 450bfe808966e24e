import { findQuestion, keepAnswer, openAnswer } from '../../db/repositories/questions.ts';
import type { Database } from '../../db/database.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { Values } from '../../db/values.ts';
import { EngineError } from '../../domain/errors.ts';
import type { QuestionActivities } from '../../domain/ports/questions.ts';
import { checkForm, type FieldErrors } from '../../domain/questions/check-form.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { FormField } from '../../schemas/core/question.ts';

export interface QuestionDeps {
  db: Database;
  sealer: Sealer;
  values: Values;
}

export function createQuestionActivities(deps: QuestionDeps): QuestionActivities {
  const { db, sealer, values } = deps;
  return {
    findQuestion: (request) => findQuestion(db.pool, request),
    async keepAnswer({ runId, question, form, given }) {
      const fields = (await values.load(form)) as unknown as FormField[];
      const data =
        'data' in given ? given.data : await openAnswer(db.pool, sealer, { runId, question, ...given });
      if (data === undefined) throw new EngineError('value_lost', `There is no such answer to ${question}.`);
      const exposed = 'data' in given ? exposedSecrets(fields, data) : {};
      if (Object.keys(exposed).length > 0) return { kind: 'refused', errors: exposed };
      const checked = checkForm(fields, data);
      if (!checked.ok) return { kind: 'refused', errors: checked.errors };
      const hash = await keepAnswer(db.pool, sealer, { runId, question, values: checked.values });
      return { kind: 'kept', hash };
    },
  };
}

/** A message stays in the run's history, where everybody with access to Temporal reads it. */
const exposedSecrets = (form: readonly FormField[], data: JsonObject): FieldErrors =>
  Object.fromEntries(
    form
      .filter(({ id, secret }) => secret === true && Object.hasOwn(data, id))
      .map(({ id, label }) => [id, [`${label} is secret: answer over the API, not by a signal.`]]),
  );
