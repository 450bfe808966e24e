import { z } from 'zod';

/** As much of a JSON schema of OpenAPI 3.0 as is compared. */
export interface Shape {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: (string | null)[];
  nullable?: boolean;
  required?: string[];
  properties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
  [limit: string]: unknown;
}

const LIMITS = ['minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems', 'default'];

type Resolve = (shape: Shape) => Shape;

/** What differs between a request schema of ours and the given one; both must say the same of every field. */
export function compareRequest(
  ours: z.ZodType,
  given: Shape,
  resolve: Resolve,
  leftOut: readonly string[] = [],
): string[] {
  return differences(toShape(ours), given, resolve, 'body', leftOut);
}

function differences(
  ours: Shape,
  unresolved: Shape,
  resolve: Resolve,
  at: string,
  leftOut: readonly string[] = [],
): string[] {
  const given = resolve(unresolved);
  if (given.anyOf) return same(at, formatsOf(ours), formatsOf(given));
  const own = Object.keys(ours.properties ?? {});
  const all = Object.keys(given.properties ?? {}).filter((name) => !leftOut.includes(name));
  return [
    ...same(`${at} type`, ours.type, given.type),
    ...same(`${at} enum`, wordsOf(ours), wordsOf(given)),
    ...same(`${at} nullable`, ours.nullable ?? false, given.nullable ?? false),
    ...same(`${at} fields`, own.toSorted(), all.toSorted()),
    ...same(`${at} required`, (ours.required ?? []).toSorted(), (given.required ?? []).toSorted()),
    ...LIMITS.flatMap((limit) => same(`${at} ${limit}`, ours[limit], given[limit])),
    ...own.flatMap((name) =>
      differences(ours.properties?.[name] ?? {}, given.properties?.[name] ?? {}, resolve, `${at}.${name}`),
    ),
    ...(ours.items ? differences(ours.items, given.items ?? {}, resolve, `${at}[]`) : []),
  ];
}

/** What keeps an answer schema of ours from reading what the given one allows. Fields that we do not read are ignored. */
export function compareAnswer(ours: z.ZodType, given: Shape, resolve: Resolve): string[] {
  return unreadable(toShape(ours), given, resolve, 'answer');
}

function unreadable(ours: Shape, unresolved: Shape, resolve: Resolve, at: string): string[] {
  const given = resolve(unresolved);
  const branches = given.anyOf?.filter(({ type }) => type !== undefined) ?? [given];
  const readers = ours.anyOf ?? [ours];
  const isNullable = given.nullable === true || (given.anyOf ?? []).some(({ nullable }) => nullable === true);
  return [
    ...(isNullable && ours.nullable !== true ? [`${at} may be null`] : []),
    ...branches.flatMap((branch) => {
      const tries = readers.map((reader) => unreadableBranch(reader, branch, resolve, at));
      return tries.some((found) => found.length === 0) ? [] : (tries[0] ?? []);
    }),
  ];
}

function unreadableBranch(ours: Shape, given: Shape, resolve: Resolve, at: string): string[] {
  const words = wordsOf(ours);
  const unknown = words && (wordsOf(given)?.filter((word) => !words.includes(word)) ?? ['any']);
  const names = Object.keys(ours.properties ?? {});
  return [
    ...same(`${at} type`, ours.type, given.type),
    ...(unknown && unknown.length > 0 ? [`${at} may be ${unknown.join(', ')}`] : []),
    ...names
      .filter((name) => !given.properties?.[name])
      .filter((name) => ours.required?.includes(name))
      .map((name) => `${at}.${name} is not there`),
    ...(ours.required ?? [])
      .filter((name) => given.properties?.[name] && !given.required?.includes(name))
      .map((name) => `${at}.${name} may be missing`),
    ...names.flatMap((name) => {
      const field = given.properties?.[name];
      return field ? unreadable(ours.properties?.[name] ?? {}, field, resolve, `${at}.${name}`) : [];
    }),
    ...(ours.items ? unreadable(ours.items, given.items ?? {}, resolve, `${at}[]`) : []),
  ];
}

/** What of a value does not have the given shape. Fields that the shape does not name are fine. */
export function deviations(value: unknown, unresolved: Shape, resolve: Resolve, at = 'value'): string[] {
  const shape = resolve(unresolved);
  if (value === null) {
    const mayBeNull = shape.nullable === true || shape.anyOf?.some(({ nullable }) => nullable === true);
    return mayBeNull ? [] : [`${at} is null`];
  }
  if (shape.anyOf) {
    const tries = shape.anyOf.map((branch) => deviations(value, branch, resolve, at));
    return tries.some((found) => found.length === 0) ? [] : (tries[0] ?? []);
  }
  if (Array.isArray(value)) {
    if (shape.type !== 'array') return [`${at} is a list`];
    return value.flatMap((item, index) => deviations(item, shape.items ?? {}, resolve, `${at}[${index}]`));
  }
  if (typeof value !== 'object') return scalarDeviations(value, shape, at);
  const fields = value as Record<string, unknown>;
  const missing = (shape.required ?? []).filter((name) => fields[name] === undefined);
  return [
    ...same(`${at} type`, 'object', shape.type),
    ...missing.map((name) => `${at}.${name} is missing`),
    ...Object.entries(shape.properties ?? {}).flatMap(([name, field]) =>
      fields[name] === undefined ? [] : deviations(fields[name], field, resolve, `${at}.${name}`),
    ),
  ];
}

function scalarDeviations(value: unknown, shape: Shape, at: string): string[] {
  const type = shape.type === 'integer' ? 'number' : shape.type;
  const isKnown = !shape.enum || (typeof value === 'string' && shape.enum.includes(value));
  return [...same(`${at} type`, typeof value, type), ...(isKnown ? [] : [`${at} is ${String(value)}`])];
}

const toShape = (schema: z.ZodType): Shape =>
  z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as unknown as Shape;

const wordsOf = (shape: Shape): string[] | undefined =>
  shape.enum?.filter((word): word is string => word !== null).toSorted();

/** Zod names no format for a time without a zone; the given schemas do. The default is compared with the formats. */
const formatsOf = (shape: Shape): unknown => ({
  formats: [...new Set((shape.anyOf ?? [shape]).flatMap(({ format }) => format ?? []))].toSorted(),
  default: shape['default'],
});

function same(what: string, ours: unknown, given: unknown): string[] {
  const [left, right] = [JSON.stringify(ours), JSON.stringify(given)];
  return left === right ? [] : [`${what}: ours ${left}, given ${right}`];
}
