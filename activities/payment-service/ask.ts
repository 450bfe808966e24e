import type { z } from 'zod';
import { MasumiNodeError } from '../../domain/masumi/outside-errors.ts';
import { PaymentServiceRefusal } from '../../schemas/families/masumi/payment-service.ts';
import { sendRequest, type Received, type Transport } from './transport.ts';

export interface Question<Data> {
  method: 'GET' | 'POST';
  path: string;
  query?: Record<string, string | undefined>;
  body?: object;
  answer: z.ZodType<{ data: Data }>;
  /** True when a lost answer leaves it open whether something was done. */
  changes?: boolean;
  timeoutMs?: number;
}

export type Reply<Data> = { ok: true; data: Data } | { ok: false; message: string };

const LONGEST_WORDS = 300;

/** One question, asked once. Throws `MasumiNodeError` for all but an answer. */
export async function ask<Data>(transport: Transport, question: Question<Data>): Promise<Data> {
  const received = await sendRequest(transport, question);
  if (isGood(received)) return readData(question, received);
  throw refusal(received, wordsOf(received, transport.apiKey), question.changes === true);
}

/**
 * The same for a question to which some statuses are an expected "no". After a "no" the caller asks again or looks
 * elsewhere, so it does no harm when a proxy in front of the payment service said it.
 */
export async function askOrBeRefused<Data>(
  transport: Transport,
  question: Question<Data>,
  expected: readonly number[],
): Promise<Reply<Data>> {
  const received = await sendRequest(transport, question);
  if (isGood(received)) return { ok: true, data: readData(question, received) };
  const words = wordsOf(received, transport.apiKey);
  if (expected.includes(received.status))
    return { ok: false, message: words ?? `It answered ${received.status}.` };
  throw refusal(received, words, question.changes === true);
}

const isGood = ({ status }: Received): boolean => status >= 200 && status < 300;

function readData<Data>({ answer, path, method, changes = false }: Question<Data>, { text }: Received): Data {
  const parsed = answer.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'body';
  // There is no status: something in front of the payment service may have answered, so asking again may help.
  throw new MasumiNodeError(
    `The payment service's answer to ${method} ${path} cannot be read (${where}: ${issue?.message}).`,
    { unknown: changes },
  );
}

function refusal(received: Received, words: string | undefined, changes: boolean): MasumiNodeError {
  const { status, retryAfterMs } = received;
  const parts = {
    status,
    unknown: changes && status >= 500,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  if (status >= 300 && status < 400) {
    return new MasumiNodeError('The payment service redirects; its address must be the final one.', parts);
  }
  const said = words === undefined ? ' and gave no reason.' : `: ${words}`;
  return new MasumiNodeError(`The payment service answered ${status}${said}`, parts);
}

/** What the payment service itself says; undefined for the error page of a proxy. */
function wordsOf({ text }: Received, apiKey: string): string | undefined {
  const parsed = PaymentServiceRefusal.safeParse(parseJson(text));
  return parsed.success
    ? parsed.data.error.message.replaceAll(apiKey, '[key]').slice(0, LONGEST_WORDS)
    : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
