import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { EngineError } from '../../domain/errors.ts';
import type { HttpAnswer, HttpFetch, HttpRequest } from '../../domain/payments/http.ts';
import { decodeBody } from './decode-body.ts';
import type { UrlGuard } from './guard.ts';

export interface GuardedFetchOptions {
  guard: UrlGuard;
  /** Ceiling for any exchange; a request may ask for less. */
  timeoutMs: number;
  maxBytes: number;
  /** Redirects followed on the same origin; others are answered as they are. */
  maxRedirects?: number;
}

/** `raw` is the body without its codings, `bytes` its size. */
export type GuardedAnswer = HttpAnswer & { bytes: number; raw: Buffer };

export interface GuardedFetch extends HttpFetch {
  (url: string, request: HttpRequest): Promise<GuardedAnswer>;
  close(): Promise<void>;
}

const MOST_ORIGINS = 500; // connections are kept per origin; catalogues may name thousands
const LARGEST_HEADERS = 1024 * 1024; // terms of a payment come in a header; what is too large there may be in the body, too

/**
 * The one way out to hosts that others named. The guard is asked before the request and again for the very address that
 * is connected to, so a name that changes its address in between (DNS rebinding) gains nothing.
 */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const agents = new Map<string, Agent>();
  const agentFor = (url: URL): Agent => {
    const known = agents.get(url.origin);
    if (known) return known;
    const agent = new Agent({
      connect: { lookup: guardedLookup(options.guard, url), timeout: options.timeoutMs },
      maxHeaderSize: LARGEST_HEADERS,
    });
    agents.set(url.origin, agent);
    const [oldest] = agents.keys();
    if (agents.size > MOST_ORIGINS && oldest !== undefined) {
      void agents.get(oldest)?.close(); // finishes what is under way
      agents.delete(oldest);
    }
    return agent;
  };
  const fetch = async (text: string, given: HttpRequest): Promise<GuardedAnswer> => {
    const timeout = AbortSignal.timeout(Math.min(given.timeoutMs, options.timeoutMs));
    const signal = given.signal ? AbortSignal.any([given.signal, timeout]) : timeout;
    let url = await options.guard.check(text);
    for (let redirects = 0; ; redirects++) {
      const answer = await exchange(agentFor(url), url, given, signal, options.maxBytes);
      const next = redirectOf(url, answer, given);
      if (next === undefined || redirects >= (options.maxRedirects ?? 5))
        return redirects === 0 ? answer : { ...answer, url: url.href };
      url = await options.guard.check(next);
    }
  };
  return Object.assign(fetch, {
    close: async () => void (await Promise.all([...agents.values()].map((agent) => agent.destroy()))),
  });
}

async function exchange(
  agent: Agent,
  url: URL,
  given: HttpRequest,
  signal: AbortSignal,
  maxBytes: number,
): Promise<GuardedAnswer> {
  const { statusCode, headers, body } = await request(url, {
    dispatcher: agent,
    method: given.method,
    headers: { 'accept-encoding': 'identity', ...given.headers },
    ...(given.body !== undefined && { body: given.body }),
    signal,
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      body.destroy();
      throw new EngineError('answer_too_large', `${url.origin} answered with more than ${maxBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  const flat = flatten(headers);
  const { content: raw, ...read } = await decodeBody(Buffer.concat(chunks, bytes), flat, maxBytes);
  return { status: statusCode, headers: flat, ...read, bytes: raw.length, raw };
}

const flatten = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );

/**
 * Follows only to the same origin: a paid request must not wander, and no header may reach another host. 307 and 308 keep
 * method, headers and body, so that the same request is sent, with its Idempotency-Key and its payment. The others would
 * make a POST a GET, so they are followed for safe methods alone (RFC 9110, section 15.4).
 */
function redirectOf(url: URL, { status, headers }: HttpAnswer, { method }: HttpRequest): string | undefined {
  const location = headers['location'];
  const keeps = status === 307 || status === 308;
  const isSafe = /^(get|head)$/i.test(method);
  if (location === undefined || !(keeps || (isSafe && [301, 302, 303].includes(status)))) return undefined;
  if (!URL.canParse(location, url.href)) return undefined;
  const next = new URL(location, url);
  return next.origin === url.origin ? next.href : undefined;
}

/** Asked by the socket, which connects to what this returns. */
function guardedLookup(guard: UrlGuard, url: URL): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const fine = addresses.filter(({ address }) => guard.permits(url, address));
      const [first] = fine;
      if (first === undefined)
        return callback(
          new EngineError('url_refused', `${url.origin} leads to a private, local or reserved address.`),
          '',
          0,
        );
      if (options.all) return callback(null, fine);
      return callback(null, first.address, first.family);
    });
  };
}
