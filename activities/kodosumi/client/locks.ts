import type { FormElement, LockOutcome } from '../../../domain/masumi/ports/kodosumi.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { KodosumiFormAnswer, KodosumiLockForm } from '../../../schemas/families/masumi/kodosumi.ts';
import { jsonBody, type Client } from './wire-client.ts';
import { withoutEmpty } from './launch.ts';

const lockPath = (fid: string, lid: string): string =>
  `/lock/${encodeURIComponent(fid)}/${encodeURIComponent(lid)}`;

export const readLock = (client: Client, fid: string, lid: string): Promise<FormElement[] | undefined> =>
  client.json({ method: 'GET', path: lockPath(fid, lid) }, KodosumiLockForm);

export async function answerLock(
  client: Client,
  fid: string,
  lid: string,
  inputs: JsonObject,
): Promise<LockOutcome> {
  const ask = { method: 'POST', path: lockPath(fid, lid), ...jsonBody(inputs) } as const;
  const answer = await client.json(ask, KodosumiFormAnswer);
  if (answer === undefined) return { kind: 'gone' };
  if (answer.errors) return { kind: 'rejected', errors: withoutEmpty(answer.errors) };
  // A flow that does not use the answer leaves the lock as it was.
  if (answer.result === null || answer.result === undefined)
    return { kind: 'rejected', errors: { _global_: ['The flow did not take this answer.'] } };
  return { kind: 'taken' };
}
