import type { IncomingMessage } from 'node:http';
import { ApiError } from '../problem.ts';

/** Headers that may come only once: of two, a proxy in front may have believed the other one. */
const ONCE = new Set([
  'host',
  'origin',
  'authorization',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'idempotency-key',
  'last-event-id',
]);

const HOST = /^(?:[a-z0-9._-]{1,255}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Refuses requests with contradictory headers or an impossible Host. */
export function checkHeaders({ rawHeaders, headers, httpVersion }: IncomingMessage): void {
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? '';
    if (ONCE.has(name) && seen.has(name))
      throw new ApiError('invalid_request', `The request has more than one ${name} header; send one.`);
    seen.add(name);
  }
  if (headers['transfer-encoding'] !== undefined && headers['content-length'] !== undefined)
    throw new ApiError('invalid_request', 'Send Content-Length or Transfer-Encoding, not both.');
  if (headers.host === undefined && httpVersion === '1.0') return; // HTTP/1.0 has no Host
  if (!HOST.test(headers.host ?? ''))
    throw new ApiError(
      'invalid_request',
      'Send a Host header with the name or address of this API, and its port.',
    );
}
