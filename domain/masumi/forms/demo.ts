import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import type { FormElement } from '../../ports/kodosumi.ts';
import { checkValue, type CheckTools } from './check-value.ts';
import { shownAs, shownValues } from './choices.ts';
import {
  readInputs,
  type ChoiceInput,
  type FormInput,
  type NumberInput,
  type TextInput,
} from './elements.ts';

/**
 * Example input for `GET /mip003/{flow_key}/demo`: of default, placeholder, first choice and a made-up value the first
 * that the form takes. Optional fields without the first three are left out; so are those for which nothing fits (a
 * pattern, bounds that contradict each other), and no default is ever shown of a password.
 */
export function demoInput(
  elements: readonly FormElement[],
  tools: CheckTools = { matches: () => true },
): JsonObject {
  const isGood = (input: FormInput, candidate: Json): boolean =>
    !('error' in checkValue(input, candidate, tools));
  const entries = readInputs(elements).flatMap((input): [string, Json][] => {
    const value = candidates(input).find((candidate) => isGood(input, candidate));
    return value === undefined ? [] : [[input.name, value]];
  });
  return Object.fromEntries(entries);
}

function candidates(input: FormInput): Json[] {
  const fallback = input.required ? madeUp(input) : [];
  switch (input.kind) {
    case 'boolean':
      return [input.default];
    case 'file':
      return fallback;
    case 'select':
    case 'action':
      return choiceCandidates(input);
    default:
      return [...present(input.default), ...present(placeholderOf(input)), ...fallback];
  }
}

const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

const placeholderOf = ({ kind, placeholder }: FormInput): Json | undefined =>
  kind === 'number' ? numberOf(placeholder) : placeholder;

function choiceCandidates(input: ChoiceInput): Json[] {
  const chosen = input.default === undefined ? undefined : shownAs(input, input.default);
  return [...present(chosen), ...shownValues(input).slice(0, 1)];
}

function madeUp(input: FormInput): Json[] {
  switch (input.kind) {
    case 'string':
    case 'textarea':
    case 'password':
      return [exampleText(input)];
    case 'number':
      return [exampleNumber(input)];
    case 'date':
      return present(input.min ?? input.max ?? '2026-01-01');
    case 'time':
      return present(input.min ?? input.max ?? '09:00');
    case 'datetime-local':
      return present(input.min ?? input.max ?? '2026-01-01T09:00');
    case 'file':
      return ['https://example.com/example.txt'];
    default:
      return [];
  }
}

/** Nobody reads longer examples. */
const LONGEST_EXAMPLE = 10_000;

const exampleText = ({ minLength = 0, maxLength = Infinity }: TextInput): string =>
  'example'.padEnd(Math.min(minLength, LONGEST_EXAMPLE), ' example').slice(0, maxLength);

/** The number nearest to 0. */
function exampleNumber({ min = -Infinity, max = Infinity, whole }: NumberInput): number {
  const nearest = Math.min(Math.max(0, min), max);
  if (!whole) return nearest;
  return nearest > 0 ? Math.ceil(nearest) : Math.floor(nearest);
}
