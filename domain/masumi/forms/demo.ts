import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import type { FormElement } from '../ports/kodosumi.ts';
import { checkValue, type CheckTools } from './check-value.ts';
import { isChoice, shownAs, shownValues } from './choices.ts';
import type { BooleanInput, ChoiceInput, FormInput, NumberInput, TextInput } from './elements.ts';
import { numberOf, readInputs } from './read-form.ts';

/**
 * Example input for `GET /mip003/{flow_key}/demo`. Each field gets the first of these that the form accepts: its
 * default, its placeholder, its first choice, a made-up value. An optional field without the first three is left out.
 * So is a field that nothing fits (bounds that contradict each other). The default of a password is never
 * shown.
 */
export function demoInput(
  elements: readonly FormElement[],
  tools: CheckTools = { matches: () => true, mayFetch: () => true },
  exampleOf: ExampleOf = () => [],
): JsonObject {
  const isGood = (input: FormInput, candidate: Json): boolean =>
    !('error' in checkValue(input, candidate, tools));
  const entries = readInputs(elements).flatMap((input): [string, Json][] => {
    const value = candidates(input, exampleOf).find((candidate) => isGood(input, candidate));
    return value === undefined ? [] : [[input.name, value]];
  });
  return Object.fromEntries(entries);
}

/** Some texts that match a pattern; none where that is too hard to tell. */
export type ExampleOf = (pattern: string) => string[];

function candidates(input: FormInput, exampleOf: ExampleOf): Json[] {
  if (input.kind === 'boolean') return [input.default];
  if (isChoice(input)) return choiceCandidates(input);
  const fallback = input.required ? [madeUp(input), ...matching(input, exampleOf)] : [];
  if (input.kind === 'file') return fallback;
  return [...present(input.default), ...present(placeholderOf(input)), ...fallback];
}

const matching = (input: FormInput, exampleOf: ExampleOf): string[] =>
  'pattern' in input && input.pattern !== undefined ? exampleOf(input.pattern) : [];

const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

const placeholderOf = ({ kind, placeholder }: FormInput): Json | undefined =>
  kind === 'number' ? numberOf(placeholder) : placeholder;

function choiceCandidates(input: ChoiceInput): Json[] {
  const chosen = input.default === undefined ? undefined : shownAs(input, input.default);
  return [...present(chosen), ...shownValues(input).slice(0, 1)];
}

function madeUp(input: Exclude<FormInput, BooleanInput | ChoiceInput>): Json {
  switch (input.kind) {
    case 'string':
    case 'textarea':
    case 'password':
    case 'search':
    case 'hidden':
      return exampleText(input);
    case 'email':
    case 'url':
    case 'tel':
    case 'color':
      return EXAMPLES[input.kind];
    case 'number':
    case 'range':
      return exampleNumber(input);
    case 'file':
      return 'https://example.com/'; // it is there, whoever asks
    case 'date':
    case 'time':
    case 'datetime-local':
    case 'month':
    case 'week':
      return input.min ?? input.max ?? EXAMPLE_MOMENTS[input.kind];
  }
}

const EXAMPLES = {
  email: 'name@example.com',
  url: 'https://example.com',
  tel: '+49 30 123456',
  color: '#1a73e8',
} as const;

const EXAMPLE_MOMENTS = {
  date: '2026-01-01',
  time: '09:00',
  'datetime-local': '2026-01-01T09:00',
  month: '2026-01',
  week: '2026-W01',
} as const;

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
