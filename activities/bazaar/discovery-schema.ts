import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { methodOf, schemaOf } from './entry-fields.ts';
import { isObject } from '../../domain/json.ts';

/** How a resource is called, as its `extensions.bazaar` tells. */
export interface Discovery {
  method?: string;
  inputSchema?: JsonObject;
  outputSchema?: JsonObject;
}

const MOST_KEYS = 100;
const DEEPEST = 4;

/** Reads `extensions.bazaar` of a resource: its method and the JSON Schemas of what goes in and comes out. */
export function readDiscovery(extensions: Json | undefined): Discovery {
  const bazaar = isObject(extensions) && isObject(extensions['bazaar']) ? extensions['bazaar'] : undefined;
  if (bazaar === undefined) return {};
  const input = at(bazaar, 'info', 'input');
  const takesBody = isObject(at(bazaar, 'info', 'input', 'body')) || input?.['bodyType'] !== undefined;
  const part = takesBody ? 'body' : 'queryParams';
  const method = methodOf(input?.['method']) ?? (takesBody ? 'POST' : 'GET');
  const declared = schemaOf(at(bazaar, 'schema', 'properties', 'input', 'properties', part));
  const example = input?.[part];
  const inputSchema =
    declared === undefined ? schemaOf(inferSchema(example)) : withExamples(declared, example);
  const output = at(bazaar, 'schema', 'properties', 'output', 'properties', 'example');
  const outputSchema =
    isObject(output) && output['properties'] !== undefined
      ? schemaOf(output)
      : schemaOf(inferSchema(at(bazaar, 'info', 'output')?.['example']));
  return {
    method,
    ...(inputSchema === undefined ? {} : { inputSchema }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
  };
}

function at(value: JsonObject, ...keys: string[]): JsonObject | undefined {
  let current: Json | undefined = value;
  for (const key of keys)
    current = isObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  return isObject(current) ? current : undefined;
}

/** Examples help a planner to fill params that a request does not name. */
function withExamples(schema: JsonObject, example: Json | undefined): JsonObject {
  const { properties } = schema;
  if (!isObject(properties) || !isObject(example)) return schema;
  const filled = Object.entries(properties).map(([name, property]): [string, Json] => {
    const value = Object.hasOwn(example, name) ? example[name] : undefined;
    const isOpen =
      isObject(property) && property['examples'] === undefined && property['default'] === undefined;
    return [name, isOpen && value !== undefined ? { ...property, examples: [value] } : property];
  });
  return { ...schema, properties: Object.fromEntries(filled) };
}

/** The schema an example suggests: its types and names, nothing required. */
function inferSchema(value: Json | undefined, depth = 0): JsonObject | undefined {
  if (value === undefined || value === null || depth > DEEPEST) return undefined;
  if (Array.isArray(value)) {
    const items = inferSchema(value[0], depth + 1);
    return items === undefined ? { type: 'array' } : { type: 'array', items };
  }
  if (typeof value !== 'object') return { type: typeof value };
  const properties = Object.entries(value)
    .slice(0, MOST_KEYS)
    .map(([name, one]): [string, JsonObject] => [name, inferSchema(one, depth + 1) ?? {}]);
  return { type: 'object', properties: Object.fromEntries(properties) };
}
