import type { Json } from '../../../schemas/core/json.ts';
import type { FormElement } from '../../ports/kodosumi.ts';
import { momentOf, type MomentKind } from './moments.ts';

/** What every input has. `name` is the id of its MIP field and the key Kodosumi takes it by. */
interface Input {
  name: string;
  label: string;
  required: boolean;
  placeholder?: string;
}

export interface TextInput extends Input {
  kind: 'string' | 'textarea' | 'password';
  default?: string;
  minLength?: number;
  maxLength?: number;
  /** As HTML means it: it has to match all of the text. */
  pattern?: string;
}

export interface NumberInput extends Input {
  kind: 'number';
  default?: number;
  min?: number;
  max?: number;
  whole: boolean;
}

/** Bounds and default are in the normal form of `momentOf`. */
export interface MomentInput extends Input {
  kind: MomentKind;
  default?: string;
  min?: string;
  max?: string;
}

export interface BooleanInput extends Input {
  kind: 'boolean';
  default: boolean;
  /** The text beside the box. */
  option?: string;
}

/** `name` is what is sent, `label` what people read. */
export interface Choice {
  name: string;
  label: string;
}

/** A select, or all buttons of one name. */
export interface ChoiceInput extends Input {
  kind: 'select' | 'action';
  default?: string;
  choices: Choice[];
}

export interface FileInput extends Input {
  kind: 'file';
  multiple: boolean;
}

export type FormInput = TextInput | NumberInput | MomentInput | BooleanInput | ChoiceInput | FileInput;

/** A text between the inputs. */
export interface Note {
  kind: 'note';
  text: string;
}

/**
 * A Kodosumi form (kodosumi 1.1.0, service/inputs/forms.py: `to_dict` of each element), read. What people cannot fill in
 * or read is left out: submit, cancel, rules, breaks, errors, unknown types, and inputs without a name. Of several
 * inputs of one name the first counts; buttons of one name are one choice. Values of a wrong type count as absent.
 */
export function readForm(elements: readonly FormElement[]): (FormInput | Note)[] {
  const read = new Map<string, FormInput | Note>();
  for (const [index, element] of elements.entries()) {
    const part = readElement(element);
    if (part === undefined) continue;
    const key = part.kind === 'note' ? `note ${index}` : `input ${part.name}`;
    const earlier = read.get(key);
    if (earlier?.kind === 'action' && part.kind === 'action') earlier.choices.push(...part.choices);
    else if (earlier === undefined) read.set(key, part);
  }
  return [...read.values()];
}

/** The inputs of a form alone. */
export const readInputs = (elements: readonly FormElement[]): FormInput[] =>
  readForm(elements).filter((part) => part.kind !== 'note');

function readElement(element: FormElement): FormInput | Note | undefined {
  const text = textOf(element['text']);
  if (element['type'] === 'markdown' || element['type'] === 'html')
    return text === undefined || text.trim() === '' ? undefined : { kind: 'note', text };
  const name = textOf(element['name']);
  if (name === undefined || name === '') return undefined;
  const placeholder = textOf(element['placeholder']);
  return readInput(element, {
    name,
    label: textOf(element['label']) || name,
    required: element['required'] === true,
    ...defined({ placeholder: placeholder === '' ? undefined : placeholder }),
  });
}

function readInput(element: FormElement, input: Input): FormInput | undefined {
  switch (element['type']) {
    case 'text':
      return readText('string', element, input);
    case 'textarea':
    case 'password':
      return readText(element['type'], element, input);
    case 'number':
      return readNumber(element, input);
    case 'date':
    case 'time':
    case 'datetime-local':
      return readMoment(element['type'], element, input);
    case 'boolean':
      return readBoolean(element, input);
    case 'select':
      return readSelect(element, input);
    case 'action':
      return { ...input, kind: 'action', label: input.name, required: false, choices: [buttonOf(element)] };
    case 'file':
      return {
        ...input,
        kind: 'file',
        multiple: element['multiple'] === true || element['directory'] === true,
      };
    default:
      return undefined;
  }
}

function readText(kind: TextInput['kind'], element: FormElement, input: Input): TextInput {
  return {
    ...input,
    kind,
    ...defined({
      // A password's value is a secret of whoever made the form.
      default: kind === 'password' ? undefined : textOf(element['value']) || undefined,
      minLength: lengthOf(element['min_length']),
      maxLength: lengthOf(element['max_length']),
      pattern: textOf(element['pattern']) || undefined,
    }),
  };
}

/** Kodosumi's own pages leave lengths of 0 out, too; what is no length means nothing to a browser. */
function lengthOf(value: Json | undefined): number | undefined {
  const length = numberOf(value);
  return length !== undefined && length > 0 && Number.isSafeInteger(length) ? length : undefined;
}

function readNumber(element: FormElement, input: Input): NumberInput {
  const step = numberOf(element['step']);
  return {
    ...input,
    kind: 'number',
    whole: step !== undefined && step > 0 && Number.isInteger(step),
    ...defined({
      default: numberOf(element['value']),
      min: numberOf(element['min_value']),
      max: numberOf(element['max_value']),
    }),
  };
}

/** What the bounds of each kind are called after `min_` and `max_`. */
const BOUND_NAMES = { date: 'date', time: 'time', 'datetime-local': 'datetime' } as const;

function readMoment(kind: MomentKind, element: FormElement, input: Input): MomentInput {
  const read = (value: Json | undefined): string | undefined => momentOf(kind, textOf(value) ?? '');
  return {
    ...input,
    kind,
    ...defined({
      default: read(element['value']),
      min: read(element[`min_${BOUND_NAMES[kind]}`]),
      max: read(element[`max_${BOUND_NAMES[kind]}`]),
    }),
  };
}

function readBoolean(element: FormElement, input: Input): BooleanInput {
  const option = textOf(element['option']);
  return {
    ...input,
    kind: 'boolean',
    required: false,
    default: element['value'] === true,
    // "on" is what Kodosumi puts there when nothing was said.
    ...defined({ option: option === '' || option === 'on' ? undefined : option }),
  };
}

/** Kodosumi's selects know no `required`: one must be chosen unless one is chosen already. */
function readSelect(element: FormElement, input: Input): ChoiceInput {
  const value = textOf(element['value']) || undefined;
  const options = Array.isArray(element['option']) ? element['option'] : [];
  const choices = options.flatMap((option) => {
    const parts = option !== null && typeof option === 'object' && !Array.isArray(option) ? option : {};
    const name = textOf(parts['name']);
    return name === undefined ? [] : [{ name, label: textOf(parts['label']) ?? '' }];
  });
  return { ...input, kind: 'select', required: value === undefined, choices, ...defined({ default: value }) };
}

function buttonOf(element: FormElement): Choice {
  const value = textOf(element['value']) ?? '';
  return { name: value, label: textOf(element['text']) || value };
}

/** Texts; numbers as Python programs like to give them for texts. */
function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

/** Numbers, also written as texts, as the values of number inputs are. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^\s*-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

type Defined<T> = { [key in keyof T]?: Exclude<T[key], undefined> };

function defined<T extends object>(parts: T): Defined<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Defined<T>;
}
