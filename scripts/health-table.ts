import { baseUrl } from '../processes/urls.ts';
import { UsageError } from './command-line.ts';

/** The answer of GET /health as rows of text: one for each check and each number, nested values under their path. */
export function healthTable(body: unknown): string {
  const rows = flatten(body).map(([name, value]): [string, string] => [name, readable(value)]);
  const width = Math.max(...rows.map(([name]) => name.length), 0);
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** Degraded is healthy enough: an outside system is down, but Steward itself works. */
export function exitCodeOf(status: number, body: unknown): 0 | 1 {
  const said = typeof body === 'object' && body !== null && 'status' in body ? body.status : undefined;
  return status === 200 && (said === 'healthy' || said === 'degraded') ? 0 : 1;
}

/** The address to ask: the given URL, else the configured one. */
export function healthUrl(given: string | undefined, config: { HOST: string; PORT: number }): string {
  if (given === undefined) return `${baseUrl(config)}/health`;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !url.protocol.startsWith('http'))
    throw new UsageError(`"${given}" is not a URL: say for example http://127.0.0.1:8000`);
  return new URL('/health', url).href;
}

function flatten(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) =>
    flatten(inner, path === '' ? name : `${path}.${name}`),
  );
}

function readable(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
