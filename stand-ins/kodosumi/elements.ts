import type { FormElement } from '../../domain/masumi/ports/kodosumi.ts';
import type { JsonObject } from '../../schemas/core/json.ts';

/**
 * The elements of forms with all the fields that Kodosumi gives them. `rest` names the fields that differ from the
 * usual.
 */
type Build = (name: string, rest?: JsonObject) => FormElement;

const input =
  (type: string, own: JsonObject): Build =>
  (name, rest = {}) => ({ type, name, label: name, value: null, required: false, ...own, ...rest });

const typed = { placeholder: null, size: null, pattern: null };
export const textInput = input('text', typed);
export const numberInput = input('number', { ...typed, min_value: null, max_value: null, step: null });
export const passwordInput = input('password', { ...typed, min_length: null, max_length: null });
export const textArea = input('textarea', { placeholder: null, rows: null, cols: null, max_length: null });
export const dateInput = input('date', { placeholder: null, min_date: null, max_date: null });
export const timeInput = input('time', { placeholder: null, min_time: null, max_time: null, step: null });
export const dateTimeInput = input('datetime-local', {
  placeholder: null,
  min_datetime: null,
  max_datetime: null,
  step: null,
});
export const filesInput = input('file', { multiple: false, directory: false });

export const checkbox: Build = (name, rest = {}) => ({
  type: 'boolean',
  name,
  label: name,
  value: false,
  option: 'on',
  ...rest,
});

/** `options` are labels by name; `value` is the name of the chosen one. */
export const select = (name: string, options: Record<string, string>, value: string | null): FormElement => ({
  type: 'select',
  name,
  label: name,
  value,
  option: Object.entries(options).map(([key, label]) => ({
    type: 'option',
    name: key,
    label,
    value: key === value,
  })),
  error: null,
});

export const action = (name: string, value: string, text: string): FormElement => ({
  type: 'action',
  name,
  value,
  text,
});
