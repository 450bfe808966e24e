import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { isObject } from '../../json.ts';
import type { CatalogueService } from '../catalogue.ts';
import type { DraftStep } from '../draft.ts';
import { fieldsOf, type FieldRole } from '../rules/fields.ts';

/** A literal of a service call: one text, number or boolean, with the param that holds it. */
export interface Literal {
  step: string;
  service: CatalogueService | undefined;
  /** Name of the param, as a question for it is answered. */
  param: string;
  /** Name of the innermost key: "city" of {trip: {city: "Paris"}}. */
  name: string;
  role: FieldRole;
  schema: JsonObject;
  value: string | number | boolean;
}

/** Params that shape a result and choose nothing that is bought. */
const HARMLESS =
  /^(title|heading|caption|headline|label|subtitle|(output|file|image)?format|style|theme|tone|colou?rs?|width|height|(max|num|min)?(sentences|words|bullets|bulletpoints|paragraphs|results|items|length|tokens)|limit|pagesize|page|sort|order|orderby|sortby|charttype|interval|resolution|granularity|precision|decimals|temperatureunits?|timezone|tz|encoding|verbose|detail|detaillevel|include(summary|title|metadata|stats|statistics|legend)|days|hours|horizon|perioddays|lookback|lookbackdays|steps|periods)$/;

/** Whether a literal chooses what is bought; unless it is known to be harmless, it does. */
export const decides = ({ name }: Literal): boolean => !HARMLESS.test(plainName(name));

/** Symbols, places, dates, people, texts and addresses: not even a service's own default may stand for these. */
const NEVER_DEFAULTED: ReadonlySet<FieldRole> = new Set([
  'symbol',
  'symbols',
  'from',
  'to',
  'location',
  'date',
  'people',
  'text',
  'email',
  'url',
]);

/** Whether a value is the default that the service declares and may be left to it. */
export const isOwnDefault = ({ role, schema, value }: Literal): boolean =>
  !NEVER_DEFAULTED.has(role) && schema['default'] === value;

export const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Every literal that a step hands to its service, those inside of lists and objects too. */
export function literalsOf(step: DraftStep, service: CatalogueService | undefined): Literal[] {
  return Object.entries(step.params).flatMap(([param, value]) =>
    leaves(value, { step: step.id, service, param, name: param, ...fieldOf(param, service?.inputSchema) }),
  );
}

type Place = Omit<Literal, 'value'>;

/** The param as the service declares it, else as its name says. */
function fieldOf(name: string, schema: JsonObject | undefined): Pick<Literal, 'role' | 'schema'> {
  const declared = fieldsOf(schema)?.find((field) => field.name === name);
  const [field] = declared === undefined ? (fieldsOf({ properties: { [name]: {} } }) ?? []) : [declared];
  return { role: field?.role ?? 'other', schema: field?.schema ?? {} };
}

const DEEPEST = 20;

function leaves(value: Json, place: Place, depth = 0): Literal[] {
  if (value === null || depth > DEEPEST) return [];
  if (Array.isArray(value)) {
    const items = isObject(place.schema['items']) ? place.schema['items'] : {};
    return value.flatMap((item) => leaves(item, { ...place, schema: items }, depth + 1));
  }
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([name, item]) => leaves(item, inner(place, name), depth + 1));
  return [{ ...place, value }];
}

/** A key that says nothing of its own ("value") keeps the meaning of its param. */
function inner(place: Place, name: string): Place {
  const field = fieldOf(name, place.schema);
  return { ...place, name, schema: field.schema, role: field.role === 'other' ? place.role : field.role };
}
