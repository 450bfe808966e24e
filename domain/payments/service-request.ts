import type { Json, JsonObject } from '../../schemas/core/json.ts';

/** A call of a service, ready to be sent; the paid call is the same with one more header. */
export interface ServiceRequest {
  url: string;
  method: string;
  headers: { [name: string]: string };
  body?: string;
}

export interface ServiceCall {
  url: string;
  method: string;
  params: JsonObject;
  idempotencyKey: string;
}

/** GET, HEAD and DELETE carry the params in the query, every other method as a JSON body. */
export function serviceRequest(call: ServiceCall): ServiceRequest {
  const method = call.method.toUpperCase();
  const headers = { accept: 'application/json', 'idempotency-key': call.idempotencyKey };
  if (method === 'GET' || method === 'HEAD' || method === 'DELETE')
    return { url: withQuery(call.url, call.params), method, headers };
  return {
    url: call.url,
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(call.params),
  };
}

/** What the address itself says stays: with another query it would be another service, at another price. */
function withQuery(url: string, params: JsonObject): string {
  const [address = ''] = url.split('#', 1);
  const start = address.indexOf('?');
  const fixed = new URLSearchParams(start < 0 ? '' : address.slice(start));
  const query = Object.entries(params)
    .filter(([name, value]) => value !== null && !fixed.has(name))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(queryText(value))}`)
    .join('&');
  if (query === '') return address;
  if (start < 0) return `${address}?${query}`;
  return /[?&]$/.test(address) ? `${address}${query}` : `${address}&${query}`;
}

const queryText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
