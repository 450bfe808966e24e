import type { JsonObject } from '../../schemas/core/json.ts';
import type { CanAnswer } from '../../schemas/core/question.ts';

/** Questions and approvals share one list, so a question's id there names its run: `<run>:input:<name>`. */
export const questionId = (runId: string, name: string): string => `${runId}:input:${name}`;

/** The name of a question in its run; `id` is that name, or the id that the list of approvals shows. */
export const nameOf = (runId: string, id: string): string => {
  const prefix = questionId(runId, '');
  return id.startsWith(prefix) ? id.slice(prefix.length) : id;
};

/** Whether somebody with these rights may answer. */
export function mayAnswer(
  { scope, subjects }: CanAnswer,
  who: { scopes: readonly string[]; subject: string | null },
): boolean {
  if (who.scopes.includes('admin')) return true;
  if (!who.scopes.includes(scope)) return false;
  // A key without a subject acts for every subject of its tenant.
  return subjects === undefined || who.subject === null || subjects.includes(who.subject);
}

/** An answer as a message carries it. Without `id` the only open question is meant. */
export interface InputMessage {
  id?: string;
  by?: string;
  data: JsonObject;
}
