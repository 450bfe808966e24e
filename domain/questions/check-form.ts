import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { doubleOf } from '../exact-json.ts';
import type { FormField } from '../../schemas/core/question.ts';

/** Messages by field id: sentences that say what to do and never repeat what was given, which may be a secret. */
export type FieldErrors = { [field: string]: string[] };

/** `values` come in the form's order, without fields that were left out, so that equal answers are equal JSON. */
export type CheckedForm = { ok: true; values: JsonObject } | { ok: false; errors: FieldErrors };

const MOST_ERRORS = 20;
const LONGEST_TEXT = 20_000; // characters, where a field names no maximum

/** Judges an answer against a form. Null and an empty text count as nothing given. */
export function checkForm(whole: readonly FormField[], data: JsonObject): CheckedForm {
  const form = whole.filter(({ type }) => type !== 'note');
  const known = new Set(form.map(({ id }) => id));
  const errors: [string, string][] = Object.keys(data)
    .filter((id) => !known.has(id))
    .map((id) => [id, `There is no such field: leave it out. The fields are: ${[...known].join(', ')}.`]);
  const values: [string, Json][] = [];
  for (const field of form) {
    const given = Object.hasOwn(data, field.id) ? data[field.id] : undefined;
    const error = complaint(field, given ?? '');
    if (error !== undefined) errors.push([field.id, error]);
    else if (given !== undefined && given !== null && given !== '') values.push([field.id, given]);
  }
  if (errors.length === 0) return { ok: true, values: Object.fromEntries(values) };
  return { ok: false, errors: Object.fromEntries(errors.slice(0, MOST_ERRORS).map(([id, e]) => [id, [e]])) };
}

function complaint(field: FormField, given: Json): string | undefined {
  const { label, required = true } = field;
  if (given === '') return required ? `${label} is required: give ${wanted(field)}.` : undefined;
  if (!isOfType(field, given)) return `${label} must be ${wanted(field)}.`;
  return field.type === 'number' || field.type === 'text' ? outOfBounds(field, given) : undefined;
}

function isOfType({ type, choices = [] }: FormField, given: Json): boolean {
  if (type === 'number') return Number.isFinite(doubleOf(given));
  if (type === 'boolean') return typeof given === 'boolean';
  if (typeof given !== 'string' || !given.isWellFormed() || given.includes('\0')) return false;
  return type === 'text' || choices.includes(given);
}

function outOfBounds({ label, type, min, max }: FormField, given: Json): string | undefined {
  const isText = type === 'text';
  const size = isText ? Array.from(String(given)).length : doubleOf(given)!;
  const unit = isText ? ' characters' : '';
  const most = max ?? (isText ? LONGEST_TEXT : Infinity);
  if (min !== undefined && size < min) return `${label} must be at least ${min}${unit}.`;
  return size > most ? `${label} must be at most ${most}${unit}.` : undefined;
}

const SHOWN_CHOICES = 20;

function wanted({ type, choices = [] }: FormField): string {
  if (type === 'number') return 'a number';
  if (type === 'boolean') return 'true or false';
  if (type === 'text') return 'a valid text';
  const more = choices.length > SHOWN_CHOICES ? ', or another of the form’s choices' : '';
  return `one of ${choices
    .slice(0, SHOWN_CHOICES)
    .map((choice) => JSON.stringify(choice))
    .join(', ')}${more}`;
}
