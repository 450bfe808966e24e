import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { alternatives, typesOf, type Field } from './fields.ts';
import { addDays } from './dates.ts';
import { countOf } from './spans.ts';
import type { Task } from './tasks.ts';

/** What the request says, for params that are not data: the task's own words first, then the whole request's. */
export interface RequestContext {
  request: string;
  /** All tasks of the request: "Compare ETH and BTC, then chart the prices" names its symbols once. */
  tasks: readonly Task[];
  /** ISO date. */
  today: string;
}

/** Where nothing names an asset, the escrow's own coin is meant. */
const DEFAULT_SYMBOL = 'SOL';
const LONGEST_TITLE = 120;

/** The request's value for a param; undefined when it names none. `symbol` is the one of this fan-out. */
export function valueFor(
  field: Field,
  task: Task,
  context: RequestContext,
  symbol?: string,
): Json | undefined {
  const value = named(field, task, context, symbol);
  const fitting = value === undefined ? undefined : fit(value, field.schema);
  if (fitting !== undefined || !field.required) return fitting;
  return fallback(field, task);
}

function named(
  field: Field,
  task: Task,
  context: RequestContext,
  symbol: string | undefined,
): Json | undefined {
  const { entities } = task;
  const all = context.tasks.map((one) => one.entities);
  const symbols =
    entities.symbols.length > 0 ? entities.symbols : [...new Set(all.flatMap((one) => one.symbols))];
  switch (field.role) {
    case 'symbol':
      return symbol ?? symbols[0] ?? (field.required ? DEFAULT_SYMBOL : undefined);
    case 'symbols':
      return symbols.length > 0 ? symbols : field.required ? [DEFAULT_SYMBOL] : undefined;
    case 'from':
      return symbols[0] ?? entities.locations[0];
    case 'to':
      return symbols[1] ?? entities.emails[0] ?? entities.language;
    case 'chain':
      return entities.chain ?? all.find((one) => one.chain !== undefined)?.chain;
    case 'days':
      return entities.days ?? all.find((one) => one.days !== undefined)?.days;
    case 'hours':
      return entities.hours ?? all.find((one) => one.hours !== undefined)?.hours;
    case 'horizon':
      return entities.horizon;
    case 'metric':
      return entities.metric;
    case 'location':
      return entities.locations[0] ?? all.flatMap((one) => one.locations)[0] ?? entities.names[0];
    case 'date':
      return (
        entities.dates[0] ??
        all.flatMap((one) => one.dates)[0] ??
        (field.required ? addDays(context.today, 1) : undefined)
      );
    case 'people':
      return entities.people;
    case 'language':
      return entities.language;
    case 'title':
      return entities.quotes[0]?.slice(0, LONGEST_TITLE) ?? titleOf(task, context, symbol);
    case 'query':
      return entities.quotes[0] ?? task.text;
    case 'name':
      return entities.quotes[0] ?? entities.names[0] ?? all.flatMap((one) => one.names)[0];
    case 'url':
      return entities.urls[0] ?? all.flatMap((one) => one.urls)[0];
    case 'email':
      return entities.emails[0];
    case 'series':
    case 'text':
    case 'data':
    case 'sections':
      return undefined;
    case 'other':
      return counted(field, task);
  }
}

/** "in 2 sentences", "for three nights": a number before the param's own name. */
function counted(field: Field, task: Task): number | undefined {
  const name = field.name.toLowerCase().replace(/s$/, '');
  if (!/^[a-z]{3,20}$/.test(name)) return undefined;
  const count = new RegExp(`\\b(\\d{1,6}|[a-z]{3,6})\\s+${name}s?\\b`, 'i').exec(task.text)?.[1];
  return count === undefined ? undefined : countOf(count.toLowerCase()) || undefined;
}

function titleOf(task: Task, context: RequestContext, symbol: string | undefined): string {
  const base = task.stems.size > 2 || context.request.length > LONGEST_TITLE ? task.text : context.request;
  const title = `${symbol === undefined ? '' : `${symbol}: `}${base}`
    .replaceAll(/\s+/g, ' ')
    .slice(0, LONGEST_TITLE)
    .trim();
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** Brings a value into the form the schema asks for; undefined when it cannot be. */
function fit(value: Json, schema: JsonObject): Json | undefined {
  const values = alternatives(schema).find((one) => Array.isArray(one['enum']))?.['enum'];
  if (Array.isArray(values)) return values.find((one) => plain(one) === plain(value));
  const types = typesOf(schema);
  if (types.size === 0) return value;
  if (typeof value === 'number') {
    if (types.has('number') || types.has('integer')) return clamp(value, schema);
    return types.has('string') ? String(value) : undefined;
  }
  if (Array.isArray(value))
    return types.has('array')
      ? value
      : types.has('string')
        ? value.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(',')
        : undefined;
  if (types.has('string')) return typeof value === 'string' ? cut(value, schema) : undefined;
  return types.has('array') ? [value] : undefined;
}

/** Any value as text to compare by, without case. */
const plain = (value: Json): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).toLowerCase();

function clamp(value: number, schema: JsonObject): number {
  const [low, high] = [schema['minimum'], schema['maximum']];
  const raised = typeof low === 'number' ? Math.max(low, value) : value;
  return typeof high === 'number' ? Math.min(high, raised) : raised;
}

function cut(value: string, schema: JsonObject): string {
  return typeof schema['maxLength'] === 'number' ? value.slice(0, schema['maxLength']) : value;
}

/** A required param that the request does not name: its first enum value or example, or the task's words. */
function fallback(field: Field, task: Task): Json | undefined {
  const { schema } = field;
  const [first] = [schema['enum'], schema['examples']].flatMap((list) => (Array.isArray(list) ? list : []));
  if (schema['const'] !== undefined) return schema['const'];
  if (first !== undefined) return first;
  const types = typesOf(schema);
  if (types.has('integer') || types.has('number')) return clamp(1, schema);
  if (types.has('boolean')) return true;
  return types.has('string') && schema['format'] === undefined && schema['pattern'] === undefined
    ? cut(task.text, schema)
    : undefined;
}
