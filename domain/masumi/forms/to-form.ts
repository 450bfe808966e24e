import type { FormField } from '../../../schemas/core/question.ts';
import type { FormElement } from '../ports/kodosumi.ts';
import { shownValues } from './choices.ts';
import type { FormInput } from './elements.ts';
import { readInputs } from './read-form.ts';

/** A Kodosumi form as the engine lists questions. Texts between the inputs are left out. */
export const toForm = (elements: readonly FormElement[]): FormField[] => readInputs(elements).map(toField);

function toField(input: FormInput): FormField {
  const { name, label, required } = input;
  return { id: name, label, required, ...typeOf(input) };
}

function typeOf(input: FormInput): Pick<FormField, 'type' | 'choices' | 'secret' | 'min' | 'max' | 'format'> {
  switch (input.kind) {
    case 'string':
    case 'textarea':
    case 'password':
      return {
        type: 'text',
        ...(input.kind === 'password' && { secret: true }),
        ...(input.minLength !== undefined && { min: input.minLength }),
        ...(input.maxLength !== undefined && { max: input.maxLength }),
      };
    case 'number':
      return {
        type: 'number',
        ...(input.min !== undefined && { min: input.min }),
        ...(input.max !== undefined && { max: input.max }),
      };
    case 'date':
    case 'time':
    case 'datetime-local':
      return { type: 'text', format: input.kind };
    case 'boolean':
      return { type: 'boolean' };
    case 'select':
    case 'action':
      return { type: 'choice', choices: shownValues(input) };
    case 'file':
      return { type: 'text', format: 'url' };
  }
}
