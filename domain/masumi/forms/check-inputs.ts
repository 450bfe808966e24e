import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import type { FormElement } from '../ports/kodosumi.ts';
import { checkValue, type CheckTools } from './check-value.ts';
import type { FormInput } from './elements.ts';
import { readInputs } from './read-form.ts';
import { INFO_ID } from './to-fields.ts';

/** Files to fetch and upload before the form is sent; the value of `name` is what the upload answers. */
export interface WantedFiles {
  name: string;
  urls: string[];
}

export type CheckedInputs =
  | {
      ok: true;
      /** What is sent to Kodosumi. Files are not in it yet. */
      values: JsonObject;
      files: WantedFiles[];
      /** Names of password fields: their values never enter history, logs or events. */
      secrets: string[];
    }
  | { ok: false; errors: { [field: string]: string[] } };

/** How many ids without a field an error names. */
const MAX_UNUSABLE = 20;

/**
 * Judges what somebody filled in for a form (masumi.md sections 1.3 and 5). Data comes by the ids of `toFields`. Fields
 * that were omitted or null get their defaults, and those without one are left out of `values`. Errors are by field: sentences that say what to do and never
 * repeat what was given (it may be a password).
 */
export function checkInputs(
  elements: readonly FormElement[],
  data: JsonObject,
  tools: CheckTools,
): CheckedInputs {
  const inputs = readInputs(elements);
  const values: [string, Json][] = [];
  const files: WantedFiles[] = [];
  const errors = unusable(inputs, data).slice(0, MAX_UNUSABLE);
  for (const input of inputs) {
    const { name } = input;
    const verdict = checkValue(input, Object.hasOwn(data, name) ? data[name] : undefined, tools);
    if ('error' in verdict) errors.push([name, verdict.error]);
    else if (verdict.urls !== undefined) files.push({ name, urls: verdict.urls });
    else if (verdict.value !== undefined) values.push([name, verdict.value]);
  }
  if (errors.length > 0) return { ok: false, errors: grouped(errors) };
  const secrets = inputs.filter(({ kind }) => kind === 'password').map(({ name }) => name);
  // fromEntries makes own properties even of names like __proto__
  return { ok: true, values: Object.fromEntries(values), files, secrets };
}

/** Ids that no field has, and texts without a UTF-8 form, which nobody could hash. */
function unusable(inputs: readonly FormInput[], data: JsonObject): [string, string][] {
  const known = new Set(inputs.map(({ name }) => name));
  const fields = known.size === 0 ? 'none' : [...known].join(', ');
  return Object.entries(data).flatMap(([id, value]): [string, string][] => {
    if (!isWellFormed(value) || !id.isWellFormed())
      return [[id, 'This has half of a surrogate pair in it: send valid Unicode text.']];
    if (known.has(id) || INFO_ID.test(id)) return [];
    return [[id, `There is no such field: leave it out. The fields are: ${fields}.`]];
  });
}

function isWellFormed(value: Json): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([key, part]) => key.isWellFormed() && isWellFormed(part));
}

function grouped(errors: readonly [string, string][]): { [field: string]: string[] } {
  const byField = Map.groupBy(errors, ([field]) => field);
  return Object.fromEntries([...byField].map(([field, all]) => [field, all.map(([, error]) => error)]));
}
