import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { isObject } from '../../json.ts';
import type { Product } from './builder.ts';
import {
  alternatives,
  compatibility,
  fieldsOf,
  isDataRole,
  typesOf,
  type Field,
  type OutPath,
} from './fields.ts';

/** How a data param is filled. `one` is mapped; `all` needs a step that composes several outputs first. */
export type Feed =
  | { kind: 'none' }
  | { kind: 'literal'; param: string; value: Json }
  | { kind: 'one'; param: string; product: Product; path: string; quality: number }
  | { kind: 'all'; param: string; products: Product[]; template: Json };

/** What a step may work on: text that the request brings, or outputs (`loose` ones first). */
export interface Inputs {
  text?: string;
  numbers?: readonly number[];
  loose: readonly Product[];
  all: readonly Product[];
}

/** An output with the very name and type of a param ("bookingId", "svg"). */
export function sameName(
  field: Field,
  products: readonly Product[],
): { product: Product; path: string } | undefined {
  if (field.role !== 'other' && !field.required) return undefined;
  for (const product of products.toReversed())
    for (const { name, path, schema } of product.paths)
      if (name === field.name && compatibility(field.schema, schema) === 2) return { product, path };
  return undefined;
}

/** Undefined when the service works on data and there is none that it could take. */
export function feedFor(fields: readonly Field[], available: Inputs): Feed | undefined {
  const data = fields.filter((field) => isDataRole(field.role));
  if (data.length === 0) return { kind: 'none' };
  const { text, numbers } = available;
  const readers = data.filter((field) => field.role === 'text' && typesOf(field.schema).has('string'));
  const sections = data.find((field) => field.role === 'sections');
  if (text !== undefined && readers[0] !== undefined)
    return { kind: 'literal', param: readers[0].name, value: text };
  const series = data.find((field) => field.role === 'series');
  if (numbers !== undefined && series !== undefined)
    return { kind: 'literal', param: series.name, value: [...numbers] };
  if (available.all.length === 0) return undefined;
  const required = data.filter((field) => field.required);
  const wanted = required.length > 0 ? required : data;
  const best = bestMapping(wanted, available);
  if (sections !== undefined && wanted.includes(sections)) {
    const composed = composeSections(sections, available);
    if (composed !== undefined) return composed;
  }
  if (best !== undefined && (best.quality >= SURE || readers.length === 0 || required.length > 0))
    return best;
  const whole = wanted.find((field) => typesOf(field.schema).size === 0);
  const sources = available.loose.length > 0 ? available.loose : available.all.slice(-1);
  if (whole !== undefined)
    return sources.length === 1
      ? { kind: 'one', param: whole.name, product: sources[0]!, path: '', quality: 1 }
      : {
          kind: 'all',
          param: whole.name,
          products: [...sources],
          template: Object.fromEntries(sources.map((product) => [product.key, `{{${product.key}}}`])),
        };
  if (readers[0] !== undefined && wanted.includes(readers[0]))
    return { kind: 'all', param: readers[0].name, products: [...sources], template: textTemplate(sources) };
  return best;
}

const SURE = 3;

type One = Extract<Feed, { kind: 'one' }>;

function bestMapping(fields: readonly Field[], available: Inputs): One | undefined {
  let best: One | undefined;
  const loose = new Set(available.loose.map((product) => product.step));
  for (const product of available.all.toReversed())
    for (const field of fields)
      for (const out of product.paths) {
        const quality = mappingQuality(field, out) + (loose.has(product.step) ? 0.5 : 0);
        if (quality >= 2 && quality > (best?.quality ?? 0))
          best = { kind: 'one', param: field.name, product, path: out.path, quality };
      }
  return best;
}

const TEXT_NAMES =
  /^(summary|text|content|markdown|report|translation|message|body|confirmation|description|article|document)$/i;
const SERIES_NAMES = /^(series|values|points|prices|numbers|history|data|timeseries|rows|items)$/i;

function mappingQuality(field: Field, out: OutPath): number {
  if (field.role === 'sections' || (out.path === '' && field.role !== 'data')) return 0;
  const fits = compatibility(field.schema, out.schema);
  if (fits === 0) return 0;
  const same = out.name === field.name ? 2 : 0;
  if (field.role === 'series') return fits + same + (SERIES_NAMES.test(out.name) ? 1 : 0);
  if (field.role === 'text')
    return fits === 2 && (same > 0 || TEXT_NAMES.test(out.name)) ? fits + same + 1 : 0;
  return fits === 2 ? fits + same : 0;
}

const TITLE_NAMES = /^(title|heading|name|label|header)$/i;
const BODY_NAMES = /^(content|body|text|value|data|markdown)$/i;

function composeSections(field: Field, available: Inputs): Feed | undefined {
  const sources = available.loose.length > 0 ? available.loose : available.all.slice(-1);
  const list = alternatives(field.schema).find((one) => typesOf(one).has('array'));
  const item = list?.['items'];
  if (!isObject(item)) return undefined;
  const template = sources.map((product) => sectionOf(item, product));
  return template.includes(null)
    ? undefined
    : { kind: 'all', param: field.name, products: [...sources], template };
}

function sectionOf(item: JsonObject, product: Product): Json {
  const slot = `{{${product.key}${readablePath(product)}}}`;
  if (typesOf(item).has('string')) return `${product.label}: ${slot}`;
  const fields = fieldsOf(item) ?? [];
  const title = fields.find((field) => TITLE_NAMES.test(field.name));
  const body = fields.find((field) => BODY_NAMES.test(field.name) && field !== title);
  if (body === undefined || fields.some((field) => field.required && field !== title && field !== body))
    return null;
  const needsText = typesOf(body.schema).size === 1 && typesOf(body.schema).has('string');
  const content = needsText ? `${product.label}: ${slot}` : slot;
  return { ...(title === undefined ? {} : { [title.name]: product.label }), [body.name]: content };
}

/** The readable part of an output, if it has one; else the whole. */
function readablePath(product: Product): string {
  return (
    product.paths.find(({ name, schema }) => TEXT_NAMES.test(name) && typesOf(schema).has('string'))?.path ??
    ''
  );
}

/** Several outputs as one text. */
export function textTemplate(products: readonly Product[]): string {
  return products.map((product) => `${product.label}: {{${product.key}${readablePath(product)}}}`).join('\n');
}
