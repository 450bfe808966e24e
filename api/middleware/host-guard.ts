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
 * rebinds its name to 127.0.0.1 still sends its own Host and Origin (common.md, "limits, auth"). WebSockets too.
 */
export function checkHost(req: IncomingMessage, settings: ApiSettings): void {
  checkHeaders(req);
  if (settings.auth === 'on') return;
  if (!isLoopbackHost(hostname(`http://${req.headers.host ?? ''}`)))
    throw new ApiError(
      'forbidden_host',
      'Without keys (AUTH=off) only loopback hosts are answered; use http://localhost or switch AUTH on.',
    );
  const { origin } = req.headers;
  if (origin === undefined || settings.corsOrigins.includes(origin)) return;
  if (!isLoopbackHost(hostname(origin)))
    throw new ApiError(
      'forbidden_origin',
      'Without keys (AUTH=off) pages of other origins are refused; list the origin in CORS_ORIGINS.',
    );
}

function hostname(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return '';
  }
}
