import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { isObject } from '../../json.ts';

/** What a param is for, read off its name. Data roles are filled from other steps, the others from the request. */
export type FieldRole =
  | 'series'
  | 'text'
  | 'data'
  | 'sections'
  | 'symbol'
  | 'symbols'
  | 'from'
  | 'to'
  | 'chain'
  | 'days'
  | 'hours'
  | 'horizon'
  | 'metric'
  | 'location'
  | 'date'
  | 'until'
  | 'people'
  | 'language'
  | 'title'
  | 'query'
  | 'name'
  | 'url'
  | 'email'
  | 'other';

/** One param of a service's input schema. */
export interface Field {
  name: string;
  role: FieldRole;
  required: boolean;
  schema: JsonObject;
}

/** Something a step's output holds: `path` is empty for the whole. */
export interface OutPath {
  path: string;
  name: string;
  schema: JsonObject;
}

const DEEPEST = 3;
const DATA_ROLES: ReadonlySet<FieldRole> = new Set(['series', 'text', 'data', 'sections']);

const ROLE_NAMES: readonly (readonly [RegExp, FieldRole])[] = [
  [/^(series|values|points|prices|numbers|samples|observations|timeseries|datapoints|history)$/, 'series'],
  [/^(sections|parts|blocks|chapters|findings|paragraphs)$/, 'sections'],
  [/^(text|content|document|message|passage|article|sourcetext|body)$/, 'text'],
  [/^(data|payload|input|rows|items|records|dataset|facts)$/, 'data'],
  [/^(symbol|token|ticker|coin|asset|crypto|base|pair)$/, 'symbol'],
  [/^(symbols|tokens|tickers|coins|assets)$/, 'symbols'],
  [/^(from|fromsymbol|fromtoken|source)$/, 'from'],
  [/^(to|tosymbol|totoken|quote|target)$/, 'to'],
  [/^(chain|blockchain)$/, 'chain'],
  [/^(days|perioddays|lookback|lookbackdays|windowdays|numdays)$/, 'days'],
  [/^(hours|periodhours)$/, 'hours'],
  [/^(horizon|steps|ahead|daysahead|forecastdays)$/, 'horizon'],
  [/^(metric|measure|indicator)$/, 'metric'],
  [/^(location|city|place|address|destination|where|town)$/, 'location'],
  [/^(date|day|on|when|startdate|fromdate|at|checkin|start)$/, 'date'],
  [/^(checkout|enddate|todate|until|end|untildate|returndate|departure)$/, 'until'],
  [/^(people|attendees|guests|seats|participants|persons|capacity|partysize)$/, 'people'],
  [/^((target|to|into|output|source|from)?(language|lang)|locale)$/, 'language'],
  [/^(title|heading|caption|headline|label)$/, 'title'],
  [
    /^(query|question|q|search|topic|subject|prompt|task|request|instruction|purpose|reason|keyword)$/,
    'query',
  ],
  [/^(name|company|organization|organisation|person|customer|account|guest|guestname)$/, 'name'],
  [/^(url|link|uri|website)$/, 'url'],
  [/^(email|recipient|emailaddress)$/, 'email'],
];

export const isDataRole = (role: FieldRole): boolean => DATA_ROLES.has(role);

const object = (value: Json | undefined): JsonObject | undefined => (isObject(value) ? value : undefined);

/** The params a service takes; undefined when it has not said. */
export function fieldsOf(schema: JsonObject | undefined): Field[] | undefined {
  const properties = object(schema?.['properties']);
  if (properties === undefined) return undefined;
  const required = Array.isArray(schema?.['required']) ? schema['required'] : [];
  return Object.entries(properties)
    .filter(([name]) => !(name in Object.prototype))
    .map(([name, property]) => {
      const own = object(property) ?? {};
      return {
        name,
        role: roleOfName(name, own),
        required: required.includes(name) && own['default'] === undefined,
        schema: own,
      };
    });
}

/** `to` of a mail, by its format or by what is told of it. */
const isMail = ({ format, description }: JsonObject): boolean =>
  format === 'email' ||
  (typeof description === 'string' &&
    /\b(?:e-?mail|recipient)\b/iu.test(description) &&
    !/phone|mobile/iu.test(description));

function roleOfName(name: string, schema: JsonObject): FieldRole {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const role = ROLE_NAMES.find(([pattern]) => pattern.test(plain))?.[1];
  if ((role === 'to' || role === 'from') && isMail(schema)) return 'email';
  if (role !== undefined) return role;
  return roleOfFormat(plain, schema) ?? (typesOf(schema).has('array') ? 'data' : 'other');
}

/** `departureDate` and `imageUrl` are told by their formats. */
function roleOfFormat(name: string, { format }: JsonObject): FieldRole | undefined {
  if (format === 'date' || format === 'date-time')
    return /(end|until|return|checkout|to)(date|day|time)?$/.test(name) ? 'until' : 'date';
  return format === 'uri' || format === 'url' ? 'url' : format === 'email' ? 'email' : undefined;
}

/** The alternatives of a schema: itself, or the members of its anyOf and oneOf. */
export function alternatives(schema: JsonObject, depth = 0): JsonObject[] {
  const members = [schema['anyOf'], schema['oneOf']].flatMap((list) => (Array.isArray(list) ? list : []));
  if (members.length === 0 || depth >= DEEPEST) return [schema];
  return members.slice(0, 20).flatMap((member) => alternatives(object(member) ?? {}, depth + 1));
}

/** The JSON types a schema allows; empty when it allows anything. */
export function typesOf(schema: JsonObject): Set<string> {
  return new Set(
    alternatives(schema).flatMap(({ type }) =>
      typeof type === 'string'
        ? [type]
        : Array.isArray(type)
          ? type.filter((one) => typeof one === 'string')
          : [],
    ),
  );
}

/** Everything a path may name in an output, the whole first. */
export function outPathsOf(schema: JsonObject | undefined): OutPath[] {
  const paths: OutPath[] = [{ path: '', name: '', schema: schema ?? {} }];
  const visit = (at: JsonObject, prefix: string, depth: number): void => {
    for (const [name, property] of Object.entries(object(at['properties']) ?? {})) {
      const own = object(property);
      if (own === undefined || /[.[\]{}]/.test(name) || name === '') continue;
      paths.push({ path: `${prefix}.${name}`, name, schema: own });
      if (depth < DEEPEST) visit(own, `${prefix}.${name}`, depth + 1);
    }
  };
  visit(schema ?? {}, '', 1);
  return paths.slice(0, 200);
}

/** How well a value of one schema serves where another is asked for: 0 not, 1 perhaps, 2 surely. */
export function compatibility(wanted: JsonObject, given: JsonObject, depth = 0): number {
  let best = 0;
  for (const one of alternatives(wanted))
    for (const other of alternatives(given)) best = Math.max(best, pairwise(one, other, depth));
  return best;
}

function pairwise(wanted: JsonObject, given: JsonObject, depth: number): number {
  const [types, have] = [typesOf(wanted), typesOf(given)];
  if (types.size === 0 || depth > DEEPEST) return 1;
  if (have.size === 0) return 0;
  const shared = [...have].filter((type) => types.has(type) || (type === 'integer' && types.has('number')));
  if (shared.length === 0) return 0;
  if (shared.includes('array')) {
    const [item, givenItem] = [object(wanted['items']), object(given['items'])];
    return item === undefined || givenItem === undefined ? 1 : compatibility(item, givenItem, depth + 1);
  }
  return shared.includes('object') ? objects(wanted, given, depth) : 2;
}

function objects(wanted: JsonObject, given: JsonObject, depth: number): number {
  const required = Array.isArray(wanted['required'])
    ? wanted['required'].filter((name) => typeof name === 'string')
    : [];
  const [asked, has] = [object(wanted['properties']) ?? {}, object(given['properties']) ?? {}];
  if (required.length === 0) return 1;
  const worst = required.map((name) => {
    const property = Object.hasOwn(has, name) ? object(has[name]) : undefined;
    return property === undefined ? 0 : compatibility(object(asked[name]) ?? {}, property, depth + 1);
  });
  return Math.min(2, ...worst);
}
