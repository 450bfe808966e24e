import type { MipData, MipField, MipValidation } from '../../../schemas/families/masumi/fields.ts';
import type { FormElement } from '../ports/kodosumi.ts';
import { isChoice, shownAs, shownValues } from './choices.ts';
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
 * texts between them are `_info_1`, `_info_2`..., of type `none`. A choice of nothing is left out.
 */
export function toFields(elements: readonly FormElement[]): MipField[] {
  const parts = shownParts(elements);
  const taken = new Set(parts.map((part) => (part.kind === 'note' ? '' : part.name)));
  let notes = 0;
  const nextId = (): string => {
    do notes += 1;
    while (taken.has(`_info_${notes}`));
    return `_info_${notes}`;
  };
  return parts.map((part) => (part.kind === 'note' ? noteField(part, nextId()) : inputField(part)));
}

/** What people are shown of a form. */
export const shownParts = (elements: readonly FormElement[]): (FormInput | Note)[] =>
  readForm(elements).filter((part) => part.kind === 'note' || !isChoice(part) || part.choices.length > 0);

/** The validator of PyPI's masumi asks for a value of every field that is not optional, texts included. */
const noteField = ({ text }: Note, id: string): MipField => ({
  id,
  type: 'none',
  name: id,
  data: { description: text },
  validations: [rule('optional', 'true')],
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
    case 'hidden':
      return { type: 'hidden', data: { value: input.default ?? '' }, rules: [] };
    case 'string':
    case 'textarea':
    case 'password':
    case 'search':
    case 'email':
    case 'url':
    case 'tel':
    case 'color':
      return { type: input.kind, data: textData(input), rules: textRules(input) };
    case 'number':
    case 'range':
      return { type: input.kind, data: numberData(input), rules: numberRules(input) };
    case 'date':
    case 'time':
    case 'datetime-local':
    case 'month':
    case 'week':
      return { type: input.kind, data: looks(input), rules: bounds(input.min, input.max) };
    case 'boolean':
      return { type: 'boolean', data: booleanData(input), rules: [] };
    case 'select':
      return { type: 'option', data: choiceData(input), rules: bounds(1, 1) };
    case 'radio':
      return { type: 'radio', data: choiceData(input), rules: bounds(1, 1) };
    case 'action':
      return { type: 'option', data: choiceData(input), rules: bounds(undefined, 1) };
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

/** MIP-003 has no rule for a pattern or for steps, so people are told in words. */
const textData = (input: TextInput): MipData => ({
  ...(input.pattern === undefined ? {} : { description: `Must match the pattern ${input.pattern}` }),
  ...looks(input),
});

const numberData = (input: NumberInput): MipData => ({
  ...(input.step === undefined ? {} : { description: `In steps of ${input.step}` }),
  ...looks(input),
  ...(input.kind === 'range' && input.step !== undefined ? { step: String(input.step) } : {}),
});

const booleanData = (input: BooleanInput): MipData => ({
  ...(input.option === undefined ? {} : { description: input.option }),
  default: input.default,
});

function choiceData(input: ChoiceInput): MipData {
  const chosen = input.default === undefined ? undefined : shownAs(input, input.default);
  return { ...(chosen === undefined ? {} : { default: chosen }), values: shownValues(input) };
}

const FORMATS: { [kind in FormInput['kind']]?: string } = { email: 'email', url: 'url', tel: 'tel-pattern' };

function textRules(input: TextInput): MipValidation[] {
  const format = FORMATS[input.kind];
  const lengths = [
    ...bounds(input.minLength, input.maxLength),
    ...(format === undefined ? [] : [rule('format', format)]),
  ];
  const mustSay = input.required && (input.kind === 'string' || input.kind === 'textarea');
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
