import type { ModelRequest } from './model.ts';

/** The schema in words, for models whose API takes none. Whoever asked checks the answer in any case. */
export function tellSchema({ outputSchema, ...request }: ModelRequest): ModelRequest {
  if (outputSchema === undefined) return request;
  const wanted = `Answer with one JSON value of this JSON Schema, and with nothing else:\n${JSON.stringify(outputSchema.schema)}`;
  return { ...request, system: `${request.system}\n\n${wanted}` };
}
