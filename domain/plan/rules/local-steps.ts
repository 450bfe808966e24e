import type { JsonObject } from '../../../schemas/core/json.ts';
import type { Product } from './builder.ts';
import { alternatives, typesOf } from './fields.ts';
import type { Builder } from './builder.ts';

/** Puts outputs side by side. */
export function joinStep(
  builder: Builder,
  name: string,
  label: string,
  action: string,
  products: readonly Product[],
): Product {
  return builder.add({
    name,
    label,
    type: 'data_transform',
    action,
    params: { op: 'identity', from: products.map((product) => product.key) },
    uses: products,
    group: builder.newGroup(),
  });
}

/** A number out of a product's first list of numbers (or of points with a number). */
export function aggregateOf(product: Product, text: string, builder: Builder): Product | undefined {
  for (const out of product.paths) {
    const list = alternatives(out.schema).find((schema) => typesOf(schema).has('array'));
    const field = list === undefined ? undefined : numericField(list['items']);
    if (field === undefined) continue;
    const fn = aggregateName(text);
    return builder.add({
      name: `${fn}_${product.key}`,
      label: `${fn} of ${product.label}`,
      type: 'data_transform',
      action: `Take the ${fn} over ${product.label}`,
      params: { op: 'aggregate', from: `${product.key}${out.path}`, fn, ...(field === '' ? {} : { field }) },
      uses: [product],
      outputSchema: { type: 'number' },
      isAside: true,
      group: builder.newGroup(),
      ...(product.symbol === undefined ? {} : { symbol: product.symbol }),
    });
  }
  return undefined;
}

/** The name of the number in a list's items; empty when the items are numbers; undefined when there is none. */
function numericField(items: unknown): string | undefined {
  if (typeof items !== 'object' || items === null) return undefined;
  for (const item of alternatives(items as JsonObject)) {
    if (isNumber(item)) return '';
    const properties = Object.entries((item['properties'] ?? {}) as { [name: string]: JsonObject });
    const number = properties.find(
      ([name, schema]) => isNumber(schema) && !/^(time|timestamp|date|at|index)$/i.test(name),
    );
    if (number !== undefined) return number[0];
  }
  return undefined;
}

const isNumber = (schema: JsonObject): boolean =>
  typesOf(schema).has('number') || typesOf(schema).has('integer');

function aggregateName(text: string): 'max' | 'min' | 'sum' | 'avg' {
  if (/\b(max|maximum|highest|peak|top|most)\b/i.test(text)) return 'max';
  if (/\b(min|minimum|lowest|least|bottom)\b/i.test(text)) return 'min';
  return /\b(total|sum|overall)\b/i.test(text) ? 'sum' : 'avg';
}
