import type { Json } from '../../../schemas/core/json.ts';
import type { FormElement } from '../ports/kodosumi.ts';
import type {
  BooleanInput,
  ChoiceInput,
  FileInput,
  FormInput,
  Input,
  MomentInput,
  Note,
  NumberInput,
  TextInput,
} from './elements.ts';
import { momentOf, type MomentKind } from './moments.ts';
import { decimalOf } from '../../decimals.ts';
import { doubleOf, textOfNumber } from '../../exact-json.ts';
import { shortest } from '../../hashable.ts';
import { isObject } from '../../json.ts';

/**
 * A Kodosumi form (kodosumi 1.1.0, service/inputs/forms.py: `to_dict` of each element), read. The types of MIP-003's
 * attachment 1 are read as well, and groups are read as what is in them. What people cannot fill in or read is left out:
 * submit, cancel, rules, breaks, errors, unknown types, and inputs without a name. Of several inputs of one name the first
 * counts; buttons of one name are one choice. Values of a wrong type count as absent.
 */
export function readForm(elements: readonly FormElement[]): (FormInput | Note)[] {
  const read = new Map<string, FormInput | Note>();
  for (const [index, element] of flattened(elements).entries()) {
    const part = readElement(element);
    if (part === undefined) continue;
    const key = part.kind === 'note' ? `note ${index}` : `input ${part.name}`;
    const earlier = read.get(key);
    if (earlier?.kind === 'action' && part.kind === 'action') earlier.choices.push(...part.choices);
    else if (earlier === undefined) read.set(key, part);
  }
  return [...read.values()];
}

const MOST_LEVELS = 5;

/** A group only arranges its inputs on the page. Its label, where it has one, is read as a text above them. */
function flattened(elements: readonly FormElement[], level = 0): FormElement[] {
  return elements.flatMap((element) => {
    const members = element['elements'] ?? element['input_data'];
    if (element['type'] !== 'group' || !Array.isArray(members) || level >= MOST_LEVELS) return [element];
    const title = textOf(element['label']) || textOf(element['title']) || textOf(element['name']) || '';
    return [{ type: 'markdown', text: title }, ...flattened(members.filter(isObject), level + 1)];
  });
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
  return READERS.get(element['type'])?.(element, {
    name,
    label: textOf(element['label']) || name,
    required: element['required'] === true,
    ...defined({ placeholder: placeholder === '' ? undefined : placeholder }),
  });
}

type Reader = (element: FormElement, input: Input) => FormInput;

const READERS: ReadonlyMap<Json | undefined, Reader> = new Map<Json | undefined, Reader>([
  ['text', (element, input) => readText('string', element, input)],
  ['textarea', (element, input) => readText('textarea', element, input)],
  ['password', (element, input) => readText('password', element, input)],
  ...(['email', 'url', 'tel', 'search', 'color', 'hidden'] as const).map((kind): [Json, Reader] => [
    kind,
    (element, input) => readText(kind, element, input),
  ]),
  ['number', (element, input) => readNumber('number', element, input)],
  ['range', (element, input) => readNumber('range', element, input)],
  ['month', (element, input) => readMoment('month', element, input)],
  ['week', (element, input) => readMoment('week', element, input)],
  ['date', (element, input) => readMoment('date', element, input)],
  ['time', (element, input) => readMoment('time', element, input)],
  ['datetime-local', (element, input) => readMoment('datetime-local', element, input)],
  ['boolean', readBoolean],
  ['checkbox', readBoolean],
  ['select', (element, input) => readSelect('select', element, input)],
  ['radio', (element, input) => readSelect('radio', element, input)],
  ['action', readAction],
  ['file', readFile],
]);

function readText(kind: TextInput['kind'], element: FormElement, input: Input): TextInput {
  return {
    ...input,
    // Nobody sees a hidden input, so nobody can be required to fill it in.
    required: input.required && kind !== 'hidden',
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

/** Kodosumi's own pages leave out lengths of 0 as well. Browsers ignore anything that is not a length. */
function lengthOf(value: Json | undefined): number | undefined {
  const length = numberOf(value);
  return length !== undefined && length > 0 && Number.isSafeInteger(length) ? length : undefined;
}

function readNumber(kind: NumberInput['kind'], element: FormElement, input: Input): NumberInput {
  const step = numberOf(element['step']);
  return {
    ...input,
    kind,
    whole: step !== undefined && step > 0 && Number.isInteger(step),
    ...defined({
      default: exactNumberOf(element['value']),
      min: numberOf(element['min_value'] ?? element['min']),
      max: numberOf(element['max_value'] ?? element['max']),
      step: step !== undefined && step > 0 && step !== 1 ? step : undefined,
    }),
  };
}

/** What the bounds of each kind are called after `min_` and `max_`. */
const BOUND_NAMES = {
  date: 'date',
  time: 'time',
  'datetime-local': 'datetime',
  month: 'month',
  week: 'week',
} as const;

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

/**
 * Kodosumi's selects know no `required`: one must be chosen unless one is chosen already. From one without options nothing
 * can be chosen: many flows fill them in while they run.
 */
function readSelect(kind: 'select' | 'radio', element: FormElement, input: Input): ChoiceInput {
  const value = textOf(element['value']) || undefined;
  const options = Array.isArray(element['option']) ? element['option'] : [];
  const choices = options.flatMap((option) => {
    const parts = isObject(option) ? option : {};
    const name = textOf(parts['name']);
    return name === undefined ? [] : [{ name, label: textOf(parts['label']) ?? '' }];
  });
  const required = value === undefined && choices.length > 0;
  return { ...input, kind, required, choices, ...defined({ default: value }) };
}

/** A button has no label of its own: its text is one of the choices. */
function readAction(element: FormElement, input: Input): ChoiceInput {
  const value = textOf(element['value']) ?? '';
  const choice = { name: value, label: textOf(element['text']) || value };
  return { ...input, kind: 'action', label: input.name, required: false, choices: [choice] };
}

function readFile(element: FormElement, input: Input): FileInput {
  return { ...input, kind: 'file', multiple: element['multiple'] === true || element['directory'] === true };
}

/** Texts; numbers as Python programs like to give them for texts. */
const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : textOfNumber(value);

/** Numbers, also written as texts, as the values of number inputs are. */
export function numberOf(value: Json | undefined): number | undefined {
  const double = doubleOf(value);
  if (double !== undefined) return Number.isFinite(double) ? double : undefined;
  if (typeof value !== 'string' || !/^\s*-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(value))
    return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** The same with the digits that no double holds. Its type is number, because that is what it is on the wire. */
export function exactNumberOf(value: Json | undefined): number | undefined {
  const rounded = numberOf(value);
  if (rounded === undefined) return undefined;
  const text = typeof value === 'string' ? value.trim() : (textOfNumber(value) ?? '');
  return decimalOf(text) === undefined ? rounded : (shortest(text) as number);
}

type Defined<T> = { [key in keyof T]?: Exclude<T[key], undefined> };

function defined<T extends object>(parts: T): Defined<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Defined<T>;
}
