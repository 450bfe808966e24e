import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';

/** A server answered a question with a refusal, in its own words. */
export class Refused extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(what: string, status: number, body: unknown) {
    super(`${what} was answered with ${status}: ${wordsOf(body)}`);
    this.status = status;
    this.body = body;
  }
}

export interface Question<Schema extends z.ZodType> {
  url: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: unknown;
  answer: Schema;
  /** How long the purchaser puts up with silence, 429 and 5xx. Everything asked here may be asked twice. */
  patienceMs?: number;
}

const RETRY_MS = 1000;
const TIMEOUT_MS = 60_000;

/** Asks, and checks that the answer has the form that the specification demands. */
export async function ask<Schema extends z.ZodType>(question: Question<Schema>): Promise<z.output<Schema>> {
  const giveUpAt = Date.now() + (question.patienceMs ?? 30_000);
  for (;;) {
    try {
      return await askOnce(question);
    } catch (error) {
      const isPassing =
        error instanceof Refused ? error.status === 429 || error.status >= 500 : isSilence(error);
      if (!isPassing || Date.now() >= giveUpAt) throw error;
      await sleep(RETRY_MS);
    }
  }
}

async function askOnce<Schema extends z.ZodType>(question: Question<Schema>): Promise<z.output<Schema>> {
  const { url, method = 'GET', headers, body, answer } = question;
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  const what = `${method} ${new URL(url).pathname}`;
  if (!response.ok) throw new Refused(what, response.status, parsed(text));
  const read = answer.safeParse(parsed(text));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(
    `${what} gave no answer of the specified form: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** No answer at all: refused, reset or timed out. */
export const isSilence = (error: unknown): boolean =>
  (error instanceof TypeError && error.message === 'fetch failed') ||
  (error instanceof DOMException && error.name === 'TimeoutError');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The words of problem+json or of the payment service's envelope, else the text as it is. */
function wordsOf(body: unknown): string {
  const { detail, error } = (body ?? {}) as { detail?: unknown; error?: { message?: unknown } };
  if (typeof detail === 'string') return detail;
  if (typeof error?.message === 'string') return error.message;
  return (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 200) || 'nothing';
}
