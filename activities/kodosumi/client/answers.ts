import type { z } from 'zod';
import { parseExact } from '../../../domain/exact-json.ts';
import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import { KodosumiProblem } from '../../../schemas/families/masumi/kodosumi.ts';
import { isDeed, nameOf, type Answer, type Ask } from './http.ts';

const LONGEST_DETAIL = 300;

/**
 * Reads the body in the shape it must have. A body of another shape is not Kodosumi's; after a post nobody knows what
 * happened.
 */
export function readJson<Schema extends z.ZodType>(
  ask: Ask,
  answer: Answer,
  schema: Schema,
): z.infer<Schema> {
  const parsed = schema.safeParse(parse(answer.text));
  if (parsed.success) return parsed.data;
  throw new KodosumiError(`Kodosumi answered ${nameOf(ask)} with a body that cannot be read.`, {
    unknown: isDeed(ask),
    cause: parsed.error,
  });
}

/** Turns an unsuccessful answer into an error. A 5xx may have come after the work was done. */
export function refusal(ask: Ask, answer: Answer): KodosumiError {
  const { status, headers } = answer;
  const detail = status < 500 ? detailOf(answer.text) : '';
  const seconds = Number(headers['retry-after']);
  return new KodosumiError(`Kodosumi answered ${status} to ${nameOf(ask)}${detail}.`, {
    status,
    unknown: status >= 500 && isDeed(ask),
    ...(headers['retry-after'] !== undefined && seconds >= 0 && { retryAfterMs: seconds * 1000 }),
  });
}

/** A 5xx may quote a flow's internals. A 4xx speaks to its caller. */
function detailOf(text: string): string {
  const problem = KodosumiProblem.safeParse(parse(text));
  return problem.success ? `: ${problem.data.detail.slice(0, LONGEST_DETAIL)}` : '';
}

/** With every digit of its numbers: forms have numbers that are shown and sent. Undefined when the text is not JSON. */
export function parse(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}
