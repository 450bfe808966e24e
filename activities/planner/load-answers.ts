import { openAnswer } from '../../db/repositories/questions.ts';
import type { Queryable } from '../../db/ledger.ts';
import type { Sealer } from '../../db/sealing.ts';
import { EngineError } from '../../domain/errors.ts';
import type { PlanRequest } from '../../domain/ports/planning.ts';
import type { JsonObject } from '../../schemas/core/json.ts';

/** What people answered to what planning asked, by field. A later answer to the same field counts. */
export async function loadAnswers(
  db: Queryable,
  sealer: Sealer,
  runId: string,
  answers: PlanRequest['answers'] = [],
): Promise<JsonObject> {
  const given = await Promise.all(
    answers.map(async ({ question, hash }) => {
      const values = await openAnswer(db, sealer, { runId, question, hash });
      if (values === undefined)
        throw new EngineError('value_lost', `There is no such answer to ${question}.`);
      return values;
    }),
  );
  return Object.fromEntries(given.flatMap((values) => Object.entries(values)));
}
