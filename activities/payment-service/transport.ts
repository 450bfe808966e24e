import { MasumiNodeError } from '../../domain/masumi/outside-errors.ts';

export interface Transport {
  /** With `/api/v1` and no slash at its end. */
  baseUrl: string;
  apiKey: string;
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
}

export interface Sent {
  method: 'GET' | 'POST';
  path: string;
  query?: Record<string, string | undefined>;
  body?: object;
  changes?: boolean;
  timeoutMs?: number;
}

export interface Received {
  status: number;
  text: string;
  retryAfterMs: number | undefined;
}

const LARGEST_BODY = 16 * 1024 * 1024; // bytes: a full page of the longest identifiers fits several times
const API = '/api/v1';

/** The base address of the API, which users give with or without its version. */
export function apiUrl(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Error('The address of the payment service must be an http or https URL');
  }
  const trimmed = url.replace(/\/+$/, '');
  return trimmed.endsWith(API) ? trimmed : `${trimmed}${API}`;
}

/** Sends once. Throws `MasumiNodeError` when no whole answer came. */
export async function sendRequest(transport: Transport, sent: Sent): Promise<Received> {
  const timeoutMs = Math.min(sent.timeoutMs ?? transport.timeoutMs, transport.timeoutMs);
  try {
    const response = await transport.fetch(addressOf(transport, sent), {
      method: sent.method,
      headers: {
        accept: 'application/json',
        token: transport.apiKey,
        ...(sent.body && { 'content-type': 'application/json' }),
      },
      ...(sent.body && { body: JSON.stringify(sent.body) }),
      redirect: 'manual', // the key goes nowhere else
      signal: AbortSignal.timeout(timeoutMs),
    });
    const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), Date.now());
    return { status: response.status, text: await readText(response), retryAfterMs };
  } catch (error) {
    if (error instanceof MasumiNodeError) throw error;
    throw unanswered(error, sent, timeoutMs);
  }
}

function addressOf({ baseUrl }: Transport, { path, query = {} }: Sent): URL {
  const url = new URL(`${baseUrl}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY) throw new Error(`more than ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unanswered(error: unknown, { changes = false }: Sent, timeoutMs: number): MasumiNodeError {
  if (error instanceof Error && error.name === 'TimeoutError') {
    const message = `The payment service did not answer within ${timeoutMs / 1000} s.`;
    return new MasumiNodeError(message, { unknown: changes, cause: error });
  }
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (wasNeverSent(cause)) {
    return new MasumiNodeError('The payment service cannot be reached.', { cause: error });
  }
  return new MasumiNodeError('The connection to the payment service broke before its answer was there.', {
    unknown: changes,
    cause: error,
  });
}

// Errors that end a handshake. Other TLS errors may come in the middle of an exchange.
const NEVER_SENT =
  /^(UND_ERR_CONNECT_TIMEOUT|CERT_.*|ERR_TLS_CERT_ALTNAME_INVALID|ERR_SSL_WRONG_VERSION_NUMBER|.*SELF_SIGNED_CERT.*|UNABLE_TO_.*)$/;

/** Only an error before there was a connection proves that nothing was done at the service. */
function wasNeverSent(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  // Several addresses were tried, each with an error of its own.
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(wasNeverSent);
  const { code = '', syscall = '' } = cause as NodeJS.ErrnoException;
  return syscall === 'connect' || syscall === 'getaddrinfo' || NEVER_SENT.test(code);
}

const LONGEST_WAIT_MS = 300_000; // one wrong header must not stop everything

/** Seconds, or a date; five minutes at most. */
export function readRetryAfter(text: string | null, nowMs: number): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_WAIT_MS);
}
