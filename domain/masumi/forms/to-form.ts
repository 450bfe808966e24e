import type { FormField } from '../../../schemas/core/question.ts';
import type { FormElement } from '../ports/kodosumi.ts';
import { shownValues } from './choices.ts';
import type { FormInput } from './elements.ts';
import { shownParts, toFields } from './to-fields.ts';

/** A Kodosumi form as the engine lists questions. Texts between the inputs are notes: they say what is asked. */
export function toForm(elements: readonly FormElement[]): FormField[] {
  const ids = toFields(elements).map(({ id }) => id);
  return shownParts(elements).map((part, index) =>
    part.kind === 'note' ? { id: ids[index]!, type: 'note', label: part.text } : toField(part),
  );
}

function toField(input: FormInput): FormField {
  const { name, label, required } = input;
  return { id: name, label, required, ...typeOf(input) };
}

const FORMATS: ReadonlySet<string> = new Set(['email', 'url', 'tel', 'color']);

function typeOf(input: FormInput): Pick<FormField, 'type' | 'choices' | 'secret' | 'min' | 'max' | 'format'> {
  switch (input.kind) {
    case 'string':
    case 'textarea':
    case 'password':
    case 'search':
    case 'hidden':
    case 'email':
    case 'url':
    case 'tel':
    case 'color':
      return {
        type: 'text',
        ...(input.kind === 'password' && { secret: true }),
        ...(FORMATS.has(input.kind) && { format: input.kind }),
        ...(input.minLength !== undefined && { min: input.minLength }),
        ...(input.maxLength !== undefined && { max: input.maxLength }),
      };
    case 'number':
    case 'range':
      return {
        type: 'number',
        ...(input.min !== undefined && { min: input.min }),
        ...(input.max !== undefined && { max: input.max }),
      };
    case 'date':
    case 'time':
    case 'datetime-local':
    case 'month':
    case 'week':
      return { type: 'text', format: input.kind };
    case 'boolean':
      return { type: 'boolean' };
    case 'select':
    case 'radio':
    case 'action':
      return { type: 'choice', choices: shownValues(input) };
    case 'file':
      return { type: 'text', format: 'url' };
  }
}
