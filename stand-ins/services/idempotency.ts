import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';

interface StoredAnswer {
  readonly fingerprint: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, number | string | string[]>>;
  readonly body: Buffer;
}

interface Entry {
  readonly fingerprint: string;
  /** Undefined: the call gave nothing worth keeping, and the next call may try. */
  readonly answer: Promise<StoredAnswer | undefined>;
}

const KEPT_HEADERS = ['content-type', 'payment-response', 'x-payment-response', 'extension-responses'];
const MAX_ENTRIES = 10_000;
const GIVE_UP_MS = 60_000;
const KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * The same key and request get the first good answer again, with its payment receipt and without a second charge. It
 * stands before the payment: refusals and prices are not kept. Calls that come while the first is running wait for it.
 */
export function rememberAnswers(): RequestHandler {
  const entries = new Map<string, Entry>();
  return async (request, response, next) => {
    const key = request.get('idempotency-key');
    if (key === undefined) return next();
    if (!KEY.test(key))
      return void response
        .status(400)
        .json({ error: 'Idempotency-Key: 1 to 255 printable ASCII characters' });
    const id = `${request.method} ${request.path} ${key}`;
    const fingerprint = fingerprintOf(request);
    for (let entry = entries.get(id); entry; entry = entries.get(id)) {
      if (entry.fingerprint !== fingerprint) {
        return void response
          .status(409)
          .json({ error: 'Idempotency-Key was used for another request', code: 'idempotency_key_reused' });
      }
      const answer = await entry.answer;
      if (answer) return replay(response, answer);
      if (entries.get(id) === entry) entries.delete(id);
    }
    // An unpaid call only asks for the price. It must not hold up the paid one.
    if (!isPaid(request) && request.path !== '/bookings/cancel') return next();
    entries.set(id, { fingerprint, answer: capture(response, fingerprint) });
    forgetOldest(entries);
    next();
  };
}

const isPaid = (request: Request): boolean =>
  request.get('payment-signature') !== undefined || request.get('x-payment') !== undefined;

function fingerprintOf(request: Request): string {
  const content = JSON.stringify([request.originalUrl, request.body ?? null]);
  return createHash('sha256').update(content).digest('hex');
}

function forgetOldest(entries: Map<string, Entry>): void {
  const oldest = entries.keys().next();
  if (entries.size > MAX_ENTRIES && !oldest.done) entries.delete(oldest.value);
}

function replay(response: Response, answer: StoredAnswer): void {
  response
    .status(answer.status)
    .set(answer.headers as Record<string, string>)
    .set('idempotent-replayed', 'true');
  response.end(answer.body);
}

/**
 * Resolves when the answer ends, after any settlement. A buyer who hangs up does not stop the work: the result that was
 * paid for is there when the buyer asks again. `undefined` when nothing good came, or nothing at all for long.
 */
function capture(response: Response, fingerprint: string): Promise<StoredAnswer | undefined> {
  const chunks: Buffer[] = [];
  const keep = (chunk: unknown): void => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const write = response.write.bind(response) as (...args: unknown[]) => boolean;
  const end = response.end.bind(response) as (...args: unknown[]) => Response;
  response.write = (...args: unknown[]) => {
    keep(args[0]);
    return write(...args);
  };
  return new Promise((resolve) => {
    response.end = (...args: unknown[]) => {
      keep(args[0]);
      const isGood = response.statusCode < 300;
      resolve(isGood ? storedAnswer(response, fingerprint, Buffer.concat(chunks)) : undefined);
      return end(...args);
    };
    response.once('close', () => setTimeout(() => resolve(undefined), GIVE_UP_MS).unref());
  });
}

function storedAnswer(response: Response, fingerprint: string, body: Buffer): StoredAnswer {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = response.getHeader(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { fingerprint, status: response.statusCode, headers: Object.fromEntries(headers), body };
}
