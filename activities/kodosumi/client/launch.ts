import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import type { FormErrors, LaunchOutcome } from '../../../domain/masumi/ports/kodosumi.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { KodosumiFormAnswer, type KodosumiErrors } from '../../../schemas/families/masumi/kodosumi.ts';
import { jsonBody, type Client } from './wire-client.ts';

/** Not idempotent. Nothing is tried twice here except a refused sign-in, which launches nothing. */
export async function launchFlow(
  client: Client,
  url: string,
  inputs: JsonObject,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<LaunchOutcome> {
  const ask = { method: 'POST', path: url, timeoutMs, signal, ...jsonBody(inputs) } as const;
  const { result, errors } = await client.mustJson(ask, KodosumiFormAnswer);
  if (typeof result === 'string' && result !== '') return { kind: 'launched', fid: result };
  if (errors) return { kind: 'rejected', errors: withoutEmpty(errors) };
  throw new KodosumiError(`Kodosumi took ${url} without saying which run it is.`, { unknown: true });
}

/** Kodosumi always adds `_global_`, which is mostly empty. */
export const withoutEmpty = (errors: KodosumiErrors): FormErrors =>
  Object.fromEntries(Object.entries(errors).filter(([, messages]) => messages.length > 0));
