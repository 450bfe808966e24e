import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { OpenApiDocument } from '../openapi.ts';

/** What a sample needs to know of a JSON Schema. */
interface Schema {
  $ref?: string;
  example?: Json;
  examples?: Json[];
  default?: Json;
  const?: Json;
  enum?: Json[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  type?: string | string[];
  format?: string;
  minimum?: number;
  minItems?: number;
  items?: Schema;
  properties?: { [name: string]: Schema };
  required?: string[];
}

/** The smallest value that a schema of the document describes: examples first, and what is optional is left out. */
export function sampleOf(document: OpenApiDocument, schema: object): Json {
  const sample = (of: Schema): Json => {
    const { $ref, anyOf, oneOf, allOf } = of;
    if ($ref !== undefined) return sample(resolve(document, $ref));
    const given = of.example ?? of.examples?.[0] ?? of.const ?? of.enum?.[0] ?? of.default;
    if (given !== undefined) return given;
    if (allOf) return Object.assign({}, ...allOf.map(sample)) as JsonObject;
    const [option] = anyOf ?? oneOf ?? [];
    return option === undefined ? plain(of, sample) : sample(option);
  };
  return sample(schema);
}

function plain(schema: Schema, sample: (of: Schema) => Json): Json {
  const { type, format, minimum = 1, minItems = 0, items = {}, properties = {}, required = [] } = schema;
  switch ([type].flat()[0] ?? 'null') {
    case 'string':
      return format === 'date-time' ? '2030-01-01T00:00:00Z' : 'text';
    case 'integer':
    case 'number':
      return minimum;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: minItems }, () => sample(items));
    case 'object':
      return Object.fromEntries(required.map((name) => [name, sample(properties[name] ?? {})]));
    default:
      return null;
  }
}

function resolve(document: OpenApiDocument, ref: string): Schema {
  const found = document.components?.schemas?.[ref.split('/').at(-1) ?? ''];
  if (found === undefined) throw new Error(`${ref} is not in the document.`);
  return found as Schema;
}
