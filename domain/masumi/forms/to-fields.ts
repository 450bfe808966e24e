import type { MipData, MipField, MipValidation } from '../../../schemas/families/masumi/fields.ts';
import type { FormElement } from '../ports/kodosumi.ts';
import { shownAs, shownValues } from './choices.ts';
import type {
  BooleanInput,
  ChoiceInput,
  FormInput,
  MomentInput,
  Note,
  NumberInput,
  TextInput,
} from './elements.ts';
import { readForm } from './read-form.ts';

/** Ids of texts between the inputs. A value that is sent under such an id is ignored. */
export const INFO_ID = /^_info_\d+$/;

/**
 * A Kodosumi form as MIP-003 input fields (masumi.md section 1.3), in the form's order. Ids are the inputs' names;
 * texts between them are `_info_1`, `_info_2`..., of type `none`.
 */
export function toFields(elements: readonly FormElement[]): MipField[] {
  const parts = readForm(elements);
  const taken = new Set(parts.map((part) => (part.kind === 'note' ? '' : part.name)));
  let notes = 0;
  const nextId = (): string => {
    do notes += 1;
    while (taken.has(`_info_${notes}`));
    return `_info_${notes}`;
  };
  return parts.map((part) => (part.kind === 'note' ? noteField(part, nextId()) : inputField(part)));
}

const noteField = ({ text }: Note, id: string): MipField => ({
  id,
  type: 'none',
  name: id,
  data: { description: text },
});

function inputField(input: FormInput): MipField {
  const { type, data, rules } = describe(input);
  const validations = [...rules, ...(input.required ? [] : [rule('optional', 'true')])];
  return {
    id: input.name,
    type,
    name: input.label,
    ...(Object.keys(data).length > 0 ? { data } : {}),
    ...(validations.length > 0 ? { validations } : {}),
  };
}

interface Description {
  type: MipField['type'];
  data: MipData;
  rules: MipValidation[];
}

function describe(input: FormInput): Description {
  switch (input.kind) {
    case 'string':
    case 'textarea':
    case 'password':
      return { type: input.kind, data: looks(input), rules: textRules(input) };
    case 'number':
      return { type: 'number', data: looks(input), rules: numberRules(input) };
    case 'date':
    case 'time':
    case 'datetime-local':
      return { type: input.kind, data: looks(input), rules: bounds(input.min, input.max) };
    case 'boolean':
      return { type: 'boolean', data: booleanData(input), rules: [] };
    case 'select':
      return { type: 'option', data: choiceData(input), rules: bounds(1, 1) };
    case 'action':
      return { type: 'option', data: choiceData(input), rules: [] };
    case 'file':
      return {
        type: 'file',
        data: { outputFormat: 'url' },
        rules: bounds(1, input.multiple ? undefined : 1),
      };
  }
}

const looks = (input: TextInput | NumberInput | MomentInput): MipData => ({
  ...(input.placeholder === undefined ? {} : { placeholder: input.placeholder }),
  ...(input.default === undefined ? {} : { default: input.default }),
});

const booleanData = (input: BooleanInput): MipData => ({
  ...(input.option === undefined ? {} : { description: input.option }),
  default: input.default,
});

function choiceData(input: ChoiceInput): MipData {
  const chosen = input.default === undefined ? undefined : shownAs(input, input.default);
  return { ...(chosen === undefined ? {} : { default: chosen }), values: shownValues(input) };
}

function textRules(input: TextInput): MipValidation[] {
  const lengths = bounds(input.minLength, input.maxLength);
  const mustSay = input.required && input.kind !== 'password';
  return mustSay ? [...lengths, rule('format', 'nonempty'), ...bounds(1, undefined)] : lengths;
}

const numberRules = (input: NumberInput): MipValidation[] => [
  ...bounds(input.min, input.max),
  ...(input.whole ? [rule('format', 'integer')] : []),
];

const bounds = (min?: number | string, max?: number | string): MipValidation[] => [
  ...(min === undefined ? [] : [rule('min', String(min))]),
  ...(max === undefined ? [] : [rule('max', String(max))]),
];

const rule = (validation: MipValidation['validation'], value: string): MipValidation => ({
  validation,
  value,
});
