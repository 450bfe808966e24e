import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { alternatives, typesOf } from './fields.ts';
import { isOfFormat, patternOf } from './formats.ts';
import type { Scene } from './scene.ts';

/** Brings a value into the form that the schema asks for; undefined when it cannot be. A number is never moved into bounds. */
export function fit(value: Json, schema: JsonObject, matches: Scene['matches']): Json | undefined {
  const values = alternatives(schema).find((one) => Array.isArray(one['enum']))?.['enum'];
  if (Array.isArray(values)) return values.find((one) => plain(one) === plain(value));
  const types = typesOf(schema);
  if (types.size === 0) return value;
  if (typeof value === 'number') return fitNumber(value, schema, types, matches);
  if (Array.isArray(value)) return fitList(value, types);
  if (
    typeof value === 'string' &&
    (types.has('number') || types.has('integer')) &&
    /^-?\d+(\.\d+)?$/.test(value)
  )
    return fitNumber(Number(value), schema, types, matches);
  if (typeof value === 'boolean') return types.has('boolean') ? value : undefined;
  if (types.has('string'))
    return typeof value === 'string' && isFit(value, schema, matches) ? value : undefined;
  return types.has('array') ? [value] : undefined;
}

function fitNumber(
  value: number,
  schema: JsonObject,
  types: ReadonlySet<string>,
  matches: Scene['matches'],
): Json | undefined {
  const isNumber = types.has('number') || types.has('integer');
  if (!isNumber)
    return types.has('string') && isFit(String(value), schema, matches) ? String(value) : undefined;
  if (!types.has('number') && !Number.isInteger(value)) return undefined;
  const [low, high] = [schema['minimum'], schema['maximum']];
  return (typeof low === 'number' && value < low) || (typeof high === 'number' && value > high)
    ? undefined
    : value;
}

const fitList = (value: Json[], types: ReadonlySet<string>): Json | undefined =>
  types.has('array')
    ? value
    : types.has('string')
      ? value.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(',')
      : undefined;

/** Any value as text to compare by, without case. */
const plain = (value: Json): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).toLowerCase();

function isFit(value: string, schema: JsonObject, matches: Scene['matches']): boolean {
  const { minLength, maxLength } = schema;
  if (!isOfFormat(value, schema)) return false;
  const pattern = patternOf(schema);
  if (typeof minLength === 'number' && value.length < minLength) return false;
  if (typeof maxLength === 'number' && value.length > maxLength) return false;
  return pattern === undefined || matches(pattern, value);
}
