import { z } from 'zod';
import { isObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { ApiError, type FieldError } from '../problem.ts';
import type { Money } from './json-source.ts';
import { sameValue } from './same-value.ts';

/** The fields of an object by their exact names, with the shapes of those that are objects themselves. */
interface Shape {
  fields: ReadonlyMap<string, Shape | undefined>;
  /** It refuses every other name itself. */
  isStrict: boolean;
}

/** Other spellings that a contract has for a field, the first that is there counts: "input_data": ["inputData", "input"]. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

/** Names that limit what may be paid or how long it may take, anywhere in the API, without case and signs. */
export type LimitNames = ReadonlySet<string>;

const LONGEST_NAME = 100;

/** "max_cost", "Max-Cost" and "maxcost" are "maxCost" in another spelling. */
export const plainField = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '');

/** Names of all fields that hold a limit: those of money that begin with "max", and what they stand in. */
export function limitNames(routes: Iterable<{ money?: Money }>): LimitNames {
  const names = new Set<string>();
  for (const { money } of routes)
    for (const path of money?.paths ?? []) {
      const parts = path.split('.').map(plainField);
      if (parts.at(-1)!.startsWith('max')) parts.forEach((part) => names.add(part));
    }
  return names;
}

/**
 * A body with its fields under their right names. A field in another spelling is refused with the right name, unless the
 * contract has that spelling; beside the right one it passes if both say the same. A limit that is no field here is refused, too:
 * whoever sent it counts on it. Everything else that is unknown is left as it is.
 */
export function rightSpelling(
  schema: z.ZodType | undefined,
  value: unknown,
  aliases: Aliases = {},
  limits: LimitNames = new Set(),
): unknown {
  const shape = schema === undefined ? undefined : shapeOf(schema);
  if (shape === undefined || !isObject(value)) return value;
  const errors: FieldError[] = [];
  const spelt = spell(withAliases(value, aliases), shape, {
    path: '',
    limits,
    errors,
    taken: takenBy(aliases),
  });
  const [first] = errors;
  if (first === undefined) return spelt;
  throw new ApiError('validation_failed', `body: ${first.path}: ${first.message}`, {
    errors: errors.slice(0, MOST_ERRORS),
  });
}

const MOST_ERRORS = 20;

interface Place {
  path: string;
  limits: LimitNames;
  errors: FieldError[];
  taken: ReadonlySet<string>;
}

const takenBy = (aliases: Aliases): ReadonlySet<string> => new Set(Object.values(aliases).flat());

/** Aliases move to the right name where that is absent. */
function withAliases(value: JsonObject, aliases: Aliases): JsonObject {
  const moved = { ...value };
  for (const [name, others] of Object.entries(aliases)) {
    const other = others.find((one) => Object.hasOwn(moved, one));
    if (other === undefined || Object.hasOwn(moved, name)) continue;
    moved[name] = moved[other]!;
    delete moved[other];
  }
  return moved;
}

function spell(value: JsonObject, { fields, isStrict }: Shape, place: Place): JsonObject {
  const byPlain = new Map([...fields.keys()].map((name) => [plainField(name), name]));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (fields.has(key)) return [key, inside(item, fields.get(key), place, key)];
      if (!isStrict) judge(key, item, value, byPlain, place);
      return [key, item];
    }),
  );
}

function inside(item: Json, shape: Shape | undefined, place: Place, key: string): Json {
  const path = place.path === '' ? key : `${place.path}.${key}`;
  if (shape === undefined || typeof item !== 'object' || item === null) return item;
  if (Array.isArray(item))
    return item.map((one, index) => inside(one, shape, { ...place, path }, String(index)));
  return isObject(item) ? spell(item, shape, { ...place, path, taken: new Set() }) : item;
}

function judge(
  key: string,
  item: Json,
  siblings: JsonObject,
  byPlain: ReadonlyMap<string, string>,
  { path, limits, errors, taken }: Place,
): void {
  if (key.length > LONGEST_NAME) return;
  const plain = plainField(key);
  const right = byPlain.get(plain);
  const refuse = (message: string): void => {
    errors.push({ path: path === '' ? key : `${path}.${key}`, message, code: 'misspelled' });
  };
  if (right !== undefined && Object.hasOwn(siblings, right)) {
    if (!sameValue(item, siblings[right]!))
      refuse(`This is "${right}" in another spelling, with another value: send "${right}" alone.`);
  } else if (right !== undefined) refuse(`There is no such field: did you mean "${right}"?`);
  else if (isLimit(plain, limits) && !taken.has(key)) refuse(unknownLimit(byPlain, limits));
}

/** Whether a field is called like a money limit. Routes without such a field refuse it, because a limit is never dropped silently. */
const isLimit = (plain: string, limits: LimitNames): boolean =>
  limits.has(plain) ||
  /^max(?:imum)?(?:total)?(?:cost|amount|price|fee|spend|spending|payment|budget)$/.test(plain);

function unknownLimit(byPlain: ReadonlyMap<string, string>, limits: LimitNames): string {
  const here = [...byPlain].filter(([plain]) => isLimit(plain, limits)).map(([, name]) => `"${name}"`);
  const instead = here.length === 0 ? 'leave it out' : `send ${here.join(' or ')}`;
  return `This limit is no field here and would bind nothing: ${instead}.`;
}

const shapes = new WeakMap<z.ZodType, Shape | undefined>();

/** Read off the schema once. Undefined for what is no object with named fields. */
function shapeOf(schema: z.ZodType): Shape | undefined {
  if (!shapes.has(schema)) shapes.set(schema, shapeIn(documented(schema)));
  return shapes.get(schema);
}

const documented = (schema: z.ZodType): unknown =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', cycles: 'ref', target: 'draft-2020-12' });

const DEEPEST = 8;

function shapeIn(node: unknown, depth = 0): Shape | undefined {
  if (!isObject(node) || depth > DEEPEST) return undefined;
  const own = isObject(node['override']) ? { ...node, ...node['override'] } : node;
  const items = shapeIn(own['items'], depth + 1);
  if (items !== undefined) return items;
  const members = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => {
    const list = own[key];
    return Array.isArray(list) ? list : [];
  });
  const inner = members.flatMap((member) => shapeIn(member, depth + 1) ?? []);
  const properties = isObject(own['properties']) ? Object.entries(own['properties']) : [];
  const fields = new Map([
    ...inner.flatMap((shape) => [...shape.fields]),
    ...properties.map(([name, property]) => [name, shapeIn(property, depth + 1)] as const),
  ]);
  const isStrict = own['additionalProperties'] === false || inner.some((shape) => shape.isStrict);
  return fields.size === 0 ? undefined : { fields, isStrict };
}
