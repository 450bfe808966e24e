import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ApiError } from '../problem.ts';
import type { ApiSettings } from '../settings.ts';
import { checkHeaders } from './plain-headers.ts';

/** True for addresses and names of this machine only. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

/**
 * Without keys only this machine may talk to us, and a browser must not be talked into it: a page elsewhere that
 * rebinds its name to 127.0.0.1 still sends its own Host and Origin, and a page of another local port its own Origin
 * (common.md, "limits, auth"). WebSockets too.
 */
export function checkHost(req: IncomingMessage, settings: ApiSettings): void {
  checkHeaders(req);
  if (settings.auth === 'on') return;
  if (!isLoopbackHost(hostname(`http://${req.headers.host ?? ''}`)))
    throw new ApiError(
      'forbidden_host',
      'Without keys (AUTH=off) only loopback hosts are answered; use http://localhost or switch AUTH on.',
    );
  if (isForeignPage(req) && !mayRead(req, settings.corsOrigins))
    throw new ApiError(
      'forbidden_origin',
      settings.corsOrigins.includes('*')
        ? 'Without keys (AUTH=off) CORS_ORIGINS=* lets pages of other origins read with GET only; name the origin in CORS_ORIGINS to let it act or open a WebSocket.'
        : 'Without keys (AUTH=off) only pages of this API’s own origin are answered; list the page’s origin in CORS_ORIGINS.',
    );
}

/** A browser says which page asks. Where it leaves the origin out, it still says whether the page is another site's. */
function isForeignPage({ method, headers }: IncomingMessage): boolean {
  const { origin, host = '' } = headers;
  if (origin !== undefined) return !isOwn(origin, host);
  const site = headers['sec-fetch-site'];
  return !READS.has(method ?? '') && site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** The same host and port. The scheme may be the proxy's that speaks TLS in front of us. */
function isOwn(origin: string, host: string): boolean {
  const { protocol, host: from } = parsed(origin) ?? {};
  return (protocol === 'http:' || protocol === 'https:') && from === parsed(`${protocol}//${host}`)?.host;
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** `*` is no name of anybody: whoever it lets in may read, and do nothing. A WebSocket is more than reading. */
function mayRead({ method, headers }: IncomingMessage, corsOrigins: readonly string[]): boolean {
  if (headers.origin !== undefined && corsOrigins.includes(headers.origin)) return true;
  return corsOrigins.includes('*') && READS.has(method ?? '') && headers.upgrade === undefined;
}

const hostname = (url: string): string => parsed(url)?.hostname ?? '';

function parsed(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
