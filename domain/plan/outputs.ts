import type { Outputs } from '../ports/values.ts';

/** The outputs that a mapping reads ("outputKey.a[0]"): the others need not travel with a call. */
export function outputsFor(
  mapping: { readonly [param: string]: string } | undefined,
  outputs: Outputs,
): Outputs {
  const roots = new Set(Object.values(mapping ?? {}).map((path) => path.split(/[.[]/, 1)[0]));
  return Object.fromEntries(Object.entries(outputs).filter(([key]) => roots.has(key)));
}
