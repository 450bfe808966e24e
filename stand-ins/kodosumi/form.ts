import type { FormElement, FormErrors } from '../../domain/masumi/ports/kodosumi.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';

/** What Kodosumi makes of a posted form: all named elements, and only those; it checks nothing itself. */
export function readForm(elements: readonly FormElement[], posted: JsonObject): JsonObject {
  return Object.fromEntries(
    elements.flatMap((element) => {
      const name = element['type'] === 'errors' ? '_global_' : element['name'];
      return typeof name === 'string' ? [[name, readValue(element, posted[name])]] : [];
    }),
  );
}

function readValue(element: FormElement, posted: Json | undefined): Json {
  if (element['type'] === 'boolean') return posted === 'on';
  if (element['type'] === 'file') return readUpload(posted)?.names ?? null;
  return posted ?? null;
}

export interface PostedUpload {
  batchId: string;
  uploadIds: string[];
  names: string[];
}

/** A file field carries JSON text that names a batch and its files. */
export function readUpload(posted: Json | undefined): PostedUpload | undefined {
  if (typeof posted !== 'string' || posted === '') return undefined;
  const { batchId, items } = JSON.parse(posted) as {
    batchId: string;
    items: { [id: string]: { filename: string } };
  };
  const names = Object.values(items).map(({ filename }) => filename);
  return { batchId, uploadIds: Object.keys(items), names: [...new Set(names)] };
}

/** The answer to a refused form. */
export const refusedForm = (errors: FormErrors, elements: readonly FormElement[]): object => ({
  errors: { _global_: [], ...errors },
  elements,
});
