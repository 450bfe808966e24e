import type { Problem } from '../schemas/core/problem.ts';
import { ConnectionError, StewardError } from './errors.ts';
import { backoff, wait } from './wait.ts';

/** Where the API is and how to ask it. */
export interface ClientOptions {
  /** E.g. "http://localhost:8000". */
  baseUrl: string;
  /** `sk_<prefix>_<secret>`; not needed while the server runs with AUTH=off. */
  apiKey?: string;
  /** How often a request is repeated after 429, 502, 503, 504 and lost connections; 4 by default. */
  retries?: number;
  /** Another fetch, for tests and proxies. */
  fetch?: typeof globalThis.fetch;
  /**
   * How JSON of the server is read; `JSON.parse` by default, which rounds what no double holds. The server sends every digit, so a
   * parser of your own can keep them: see `context.source` of `JSON.parse`.
   */
  parse?: (text: string) => unknown;
}

/** Options of one call. */
export interface CallOptions {
  signal?: AbortSignal;
  /** Calls that start or move something carry a key of their own by default, the same in all their tries. */
  idempotencyKey?: string;
}

interface HttpRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  idempotent?: boolean;
}

/** One JSON call with repetitions. */
export interface Http {
  readonly options: ClientOptions;
  call<T>(request: HttpRequest, options?: CallOptions): Promise<T>;
  headers(): Record<string, string>;
  url(path: string): string;
}

/** JSON of the server, read as the program wishes. */
export const parsed = ({ parse = JSON.parse }: ClientOptions, text: string): unknown => parse(text);

const RETRIED = new Set([429, 502, 503, 504]);
const RETRIES = 4;

/** `http` of a client: safe to repeat, because what changes something carries an Idempotency-Key. */
export function createHttp(options: ClientOptions): Http {
  const base = options.baseUrl.replace(/\/+$/, '');
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  const headers = (): Record<string, string> =>
    options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };
  const url = (path: string): string => `${base}${path}`;

  async function once<T>(
    request: HttpRequest,
    key: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const response = await send(url(request.path), {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...headers(),
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    if (!response.ok) throw refusal(response, text);
    return parsed(options, text) as T;
  }

  return {
    options,
    headers,
    url,
    async call<T>(request: HttpRequest, { signal, idempotencyKey }: CallOptions = {}): Promise<T> {
      const key = request.idempotent === true ? (idempotencyKey ?? crypto.randomUUID()) : idempotencyKey;
      const most = options.retries ?? RETRIES;
      for (let attempt = 1; ; attempt++) {
        try {
          return await once<T>(request, key, signal);
        } catch (error) {
          signal?.throwIfAborted();
          if (error instanceof StewardError && !RETRIED.has(error.status)) throw error;
          if (attempt > most) throw error instanceof StewardError ? error : lost(url(request.path), error);
          await wait(pause(error, attempt), signal);
        }
      }
    },
  };
}

/** What a body that is not 2xx says; a proxy's page says nothing but its status. */
export function refusal(response: Response, text: string): StewardError {
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new StewardError(response.status, readProblem(text), Number.isFinite(after) ? after : undefined);
}

export function readProblem(text: string): Partial<Problem> {
  try {
    return JSON.parse(text) as Partial<Problem>;
  } catch {
    return {};
  }
}

const pause = (error: unknown, attempt: number): number =>
  error instanceof StewardError && error.retryAfter !== undefined
    ? error.retryAfter * 1000
    : backoff(attempt);

const lost = (url: string, cause: unknown): ConnectionError =>
  new ConnectionError(`${url} could not be reached.`, { cause });
