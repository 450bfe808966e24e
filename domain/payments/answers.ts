import type { Json } from '../../schemas/core/json.ts';
import { parseExact } from '../exact-json.ts';
import { plainText } from '../plain-text.ts';
import { storableJson, storableText } from '../storable.ts';
import type { HttpAnswer } from './http.ts';

/** What an answer means before anyone looks into it (reasoning.md, "Execution"). */
export type AnswerKind = 'ok' | 'payment_required' | 'retry' | 'failed';

export function classifyStatus(status: number): AnswerKind {
  if (status >= 200 && status < 300) return 'ok';
  if (status === 402) return 'payment_required';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'retry';
  return 'failed';
}

/** True for 502 to 504: the service, or a proxy before it, says that it is away at the moment. */
export const isAwayStatus = (status: number): boolean => status >= 502 && status <= 504;

/** Reason code of an HTTP answer that is not a success, e.g. "HTTP_503". */
export const statusCode = (status: number): string => `HTTP_${status}`;

/** The body as a value that can be stored, with every digit: parsed when it is JSON, else the text itself. */
export function readBody(answer: HttpAnswer): Json {
  try {
    return storableJson(parseExact(answer.text));
  } catch {
    return storableText(answer.text);
  }
}

/** Milliseconds a Retry-After header asks for, in either of its forms; undefined when there is none that makes sense. */
export function retryAfterMs(answer: HttpAnswer, nowMs: number): number | undefined {
  const header = answer.headers['retry-after'];
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** A short sentence for people: the status and the start of what the service said, or where it wanted to lead. */
export function describeAnswer(serviceName: string, answer: HttpAnswer): string {
  const { status, headers, text } = answer;
  const location = headers['location'];
  if (status >= 300 && status < 400 && location !== undefined)
    return `${serviceName} answered ${status}: a redirect to ${start(location)} is not followed`;
  const said = start(text);
  return `${serviceName} answered ${status}${said && `: ${said}`}`;
}

const start = (text: string): string => plainText(text.slice(0, 1000)).slice(0, 200).toWellFormed();
