import { Agent, request } from 'undici';
import { KodosumiError, KodosumiTooLargeError } from '../../../domain/masumi/outside-errors.ts';
import { isNotReached } from '../../../domain/outside-errors.ts';

/** One request to Kodosumi. Bodies are whole, so that they can be sent again after a new sign-in. */
export interface Ask {
  method: 'GET' | 'POST' | 'DELETE';
  /** With its query, below the base address. */
  path: string;
  body?: string | Uint8Array;
  contentType?: string;
  signal?: AbortSignal | undefined;
  /** True for a post that may be made twice: when it gets no answer, nothing is in doubt. */
  harmless?: boolean;
  /** The time limit, where it differs from the wire's own. */
  timeoutMs?: number;
  /** The most bytes of an answer that are read, where that differs from the wire's own. */
  mostBytes?: number;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface Streamed {
  status: number;
  body: AsyncIterable<Uint8Array> & { destroy(): unknown };
}

/** The wire to one Kodosumi, before any sign-in. */
export interface Wire {
  ask(ask: Ask, headers: Record<string, string>): Promise<Answer>;
  /** The caller must read or destroy the body; `signal` ends it. */
  stream(ask: Ask & { signal: AbortSignal }, headers: Record<string, string>): Promise<Streamed>;
}

const LARGEST_BODY = 16 * 1024 * 1024; // bytes
export function createWire(base: string, timeoutMs: number): Wire {
  const connect = { timeout: timeoutMs };
  // Kodosumi closes connections that are idle for 5 s. Ours must be gone well before.
  const shared = new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 1000, connect });
  // A post goes out on a connection of its own. A kept one may be closed just then, which would look like a lost
  // answer.
  const fresh = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    pipelining: 0,
    connect,
  });
  const send = (ask: Ask, headers: Record<string, string>, signal: AbortSignal) =>
    request(`${base}${ask.path}`, {
      dispatcher: ask.method === 'POST' ? fresh : shared,
      method: ask.method,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(ask.contentType !== undefined && { 'content-type': ask.contentType }),
        ...headers,
      },
      ...(ask.body !== undefined && { body: ask.body }),
      signal,
    });
  return {
    async ask(ask, headers) {
      const limit = AbortSignal.timeout(ask.timeoutMs ?? timeoutMs);
      try {
        const { statusCode, headers: given, body } = await send(ask, headers, withLimit(limit, ask.signal));
        return { status: statusCode, headers: given, text: await readText(body, ask) };
      } catch (error) {
        throw asKodosumiError(error, ask, limit);
      }
    },
    async stream(ask, headers) {
      try {
        const { statusCode, body } = await send(ask, { ...headers, accept: 'text/event-stream' }, ask.signal);
        body.on('error', () => undefined); // the reader is told; a body that nobody reads must not end the process
        return { status: statusCode, body };
      } catch (error) {
        throw asKodosumiError(error, ask);
      }
    },
  };
}

const withLimit = (limit: AbortSignal, given: AbortSignal | undefined): AbortSignal =>
  given === undefined ? limit : AbortSignal.any([limit, given]);

async function readText(body: Streamed['body'], ask: Ask): Promise<string> {
  const chunks: Uint8Array[] = [];
  const { mostBytes = LARGEST_BODY } = ask;
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes)
      throw new KodosumiTooLargeError(`Kodosumi answered ${nameOf(ask)} with more than ${mostBytes} bytes.`, {
        unknown: isDeed(ask),
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export const isDeed = ({ method, harmless = false }: Ask): boolean => method !== 'GET' && !harmless;

/** Method and path without its query: what a message may say of a request. */
export const nameOf = ({ method, path }: Ask): string => `${method} ${path.replace(/\?.*$/, '')}`;

/** A caller's own cancellation stays as it is. Everything else is an error of Kodosumi or of the way to it. */
export function asKodosumiError(error: unknown, ask: Ask, limit?: AbortSignal): unknown {
  if (error instanceof KodosumiError || (ask.signal?.aborted && !limit?.aborted)) return error;
  const code = codeOf(error);
  if (code !== undefined && isNotReached(error))
    return new KodosumiError(`Kodosumi cannot be reached (${code}).`, { cause: error });
  const why = limit?.aborted ? 'did not answer in time' : 'broke the connection';
  return new KodosumiError(`Kodosumi ${why}: ${nameOf(ask)}.`, {
    unknown: isDeed(ask),
    cause: error,
  });
}

/** A name with several addresses fails with one error for all of them. */
function codeOf(error: unknown): string | undefined {
  const inside: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code } = (inside ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
