import type { JsonObject } from '../../../schemas/core/json.ts';

/** What a format looks like, for those that words of a request can have. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['ipv4', '^(\\d{1,3}\\.){3}\\d{1,3}$'],
  ['ipv6', '^[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F.]*$'],
  ['uuid', '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'],
]);

/** The pattern that a schema asks for, by itself or by its format. */
export function patternOf({ pattern, format }: JsonObject): string | undefined {
  if (typeof pattern === 'string') return pattern;
  return typeof format === 'string' ? FORMATS.get(format) : undefined;
}

const isDay = (value: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString().startsWith(value);

const CHECKS: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['date', isDay],
  ['date-time', (value: string) => isDay(value.slice(0, 10)) && !Number.isNaN(Date.parse(value))],
  ['email', (value: string) => /^[^\s@]+@[^\s@]+$/.test(value)],
  ['uri', (value: string) => /^[a-z][a-z0-9+.-]*:\S+$/i.test(value)],
  ['url', (value: string) => /^https?:\/\/\S+$/i.test(value)],
]);

/** What a person answers may be anything: a format that is known holds for answers, too. */
export const isOfFormat = (value: string, { format }: JsonObject): boolean =>
  typeof format !== 'string' || (CHECKS.get(format)?.(value) ?? true);
