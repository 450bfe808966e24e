import type { Json } from '../../../schemas/core/json.ts';
import { decimalOf, textOfDecimal } from '../../decimals.ts';
import { numberOfText, textOfNumber } from '../../exact-json.ts';
import { choose, isChoice, shownAs, shownValues } from './choices.ts';
import type {
  ChoiceInput,
  FileInput,
  FormInput,
  MomentInput,
  NumberInput,
  TextFormat,
  TextInput,
} from './elements.ts';
import { isWithin, MOMENT_FORMATS, momentOf } from './moments.ts';
import { exactNumberOf, numberOf } from './read-form.ts';

/** What the check needs from outside. */
export interface CheckTools {
  /** Does all of a text match a pattern? It must answer in bounded time, whatever the pattern. */
  matches(pattern: string, text: string): boolean;
  /**
   * May a file be fetched from this address, as far as the address itself says? What its name resolves to is checked
   * later.
   */
  mayFetch(url: string): boolean;
}

/** `value`: what is sent to Kodosumi; `urls`: the files to send it; neither: leave the key out. */
export type Verdict = { value?: Json; urls?: string[] } | { error: string };

/**
 * Judges one value. Null, and what an empty HTML input would send, count as no value. An optional field without one gets
 * the default that was shown, as when somebody sends Kodosumi's own page as it is.
 */
export function checkValue(input: FormInput, given: Json | undefined, tools: CheckTools): Verdict {
  const value = given === null || isBlank(input, given) ? undefined : given;
  if (value === undefined)
    return input.required ? { error: `${input.label} is required: ${ask(input)}.` } : defaultOf(input);
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
      return checkText(input, value, tools);
    case 'number':
    case 'range':
      return checkNumber(input, value);
    case 'date':
    case 'time':
    case 'datetime-local':
    case 'month':
    case 'week':
      return checkMoment(input, value);
    case 'boolean':
      return checkBoolean(input.label, value);
    case 'select':
    case 'radio':
    case 'action':
      return checkChoice(input, value);
    case 'file':
      return checkFiles(input, value, tools);
  }
}

function defaultOf(input: FormInput): Verdict {
  if (input.kind === 'file') return {};
  if (input.kind === 'boolean') return input.default ? { value: 'on' } : {};
  // A choice that is not among those offered was never shown.
  if (isChoice(input) && shownAs(input, input.default ?? '') === undefined) return {};
  return input.default === undefined ? {} : { value: input.default };
}

/** An optional text may be empty, and is then sent empty. Choices may be named "". */
function isBlank(input: FormInput, value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0 && (isChoice(input) || input.kind === 'file');
  if (value !== '') return false;
  if (isChoice(input)) return choose(input, '').kind === 'none';
  return input.required || !MAY_BE_EMPTY.has(input.kind);
}

const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['string', 'textarea', 'password', 'search', 'hidden']);

function ask(input: FormInput): string {
  if (isChoice(input)) return `choose ${listed(input)}`;
  if (input.kind === 'file') return 'give an https URL';
  if (input.kind === 'number' || input.kind === 'range') return 'give a number';
  if (input.kind in FORMATS) return `give ${FORMATS[input.kind as TextFormat].wanted}`;
  return input.kind in MOMENT_FORMATS
    ? `write it as ${MOMENT_FORMATS[input.kind as MomentInput['kind']]}`
    : 'give a text';
}

/** As HTML's inputs of these types check them. The regular expressions have no nested repetition. */
const FORMATS: { [format in TextFormat]: { wanted: string; test(text: string): boolean } } = {
  email: {
    wanted: 'an e-mail address, such as name@example.com',
    test: (text) => text.length <= 320 && /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d-]+(?:\.[a-z\d-]+)*$/i.test(text),
  },
  url: {
    wanted: 'a URL, such as https://example.com',
    test: (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
  },
  tel: { wanted: 'a telephone number', test: (text) => /^[\d\s()+-]+$/.test(text) },
  color: { wanted: 'a color, such as #1a73e8', test: (text) => /^#[\da-f]{6}$/i.test(text) },
};

function checkText(input: TextInput, value: Json, { matches }: CheckTools): Verdict {
  const { kind, label, minLength, maxLength, pattern } = input;
  if (typeof value !== 'string') return { error: `${label} must be a text.` };
  if (value === '') return { value };
  const length = Array.from(value).length;
  if (minLength !== undefined && length < minLength)
    return { error: `${label} is too short: give at least ${minLength} characters.` };
  if (maxLength !== undefined && length > maxLength)
    return { error: `${label} is too long: give at most ${maxLength} characters.` };
  if (kind in FORMATS && !FORMATS[kind as TextFormat].test(value))
    return { error: `${label} must be ${FORMATS[kind as TextFormat].wanted}.` };
  if (pattern !== undefined && !matches(pattern, value))
    return { error: `${label} must match the pattern ${pattern}` };
  return { value };
}

function checkNumber({ label, min, max, whole }: NumberInput, given: Json): Verdict {
  const value = numberOf(given);
  if (value === undefined) return { error: `${label} must be a number, such as 3 or 2.5.` };
  const exact = whole ? wholeOf(given) : typeof given === 'string' ? exactNumberOf(given) : given;
  if (exact === undefined) return { error: `${label} must be a whole number.` };
  if (min !== undefined && value < min) return { error: `${label} is too small: give at least ${min}.` };
  if (max !== undefined && value > max) return { error: `${label} is too large: give at most ${max}.` };
  return { value: exact };
}

/** A whole number with every digit, as flows expect one: 1.0 is 1. */
function wholeOf(given: Json): Json | undefined {
  const text = typeof given === 'string' ? given.trim() : (textOfNumber(given) ?? '');
  const written = textOfDecimal(decimalOf(text) ?? decimalOf(String(Number(text)))!);
  return /^-?\d+(e\d+)?$/.test(written) ? numberOfText(written) : undefined;
}

function checkMoment({ kind, label, min, max }: MomentInput, given: Json): Verdict {
  const value = typeof given === 'string' ? momentOf(kind, given) : undefined;
  if (value === undefined) return { error: `${label} must be written as ${MOMENT_FORMATS[kind]}.` };
  if (isWithin(kind, value, min, max)) return { value };
  const bounds = [min === undefined ? [] : [`from ${min}`], max === undefined ? [] : [`until ${max}`]].flat();
  return { error: `${label} must be ${bounds.join(' ')}.` };
}

function checkBoolean(label: string, value: Json): Verdict {
  if (typeof value !== 'boolean') return { error: `${label} must be true or false.` };
  // A browser sends this for a ticked box, and nothing for one that is not ticked.
  return value ? { value: 'on' } : {};
}

function checkChoice(input: ChoiceInput, given: Json): Verdict {
  const value = chosenText(input, given);
  if (typeof value !== 'string') return { error: `${input.label} takes one choice: ${listed(input)}.` };
  const chosen = choose(input, value);
  if (chosen.kind === 'chosen') return { value: chosen.name };
  return {
    error:
      chosen.kind === 'ambiguous'
        ? `Several choices of ${input.label} are labelled so: choose by name, ${listed(input)}.`
        : `${input.label} has no such choice: choose ${listed(input)}.`,
  };
}

/** Sokosumi and the validator of Masumi's forms send the position of the choice among the values: `[0]`. */
function chosenText(input: ChoiceInput, given: Json): Json {
  if (!Array.isArray(given) || given.length !== 1) return given;
  const [value] = given as [Json];
  return Number.isInteger(value) ? (shownValues(input)[value as number] ?? String(value)) : value;
}

const SHOWN_CHOICES = 20;

function listed(input: ChoiceInput): string {
  const values = shownValues(input).map((value) => JSON.stringify(value));
  if (values.length === 0) return 'nothing (the form offers no choices)';
  const more = values.length > SHOWN_CHOICES ? ` or one of ${values.length - SHOWN_CHOICES} more` : '';
  return values.slice(0, SHOWN_CHOICES).join(', ') + more;
}

/** The form of the URLs. Where their names lead is checked when they are fetched. */
const HTTPS_URL = /^https:\/\/(\[[0-9a-f:.]+\]|[^\s/?#\\@:[\]]+)(:\d{1,5})?([/?#][^\s\\]*)?$/i;

function checkFiles({ label, multiple }: FileInput, given: Json, { mayFetch }: CheckTools): Verdict {
  const urls = Array.isArray(given) ? given : [given];
  const wanted = multiple ? 'one or more https URLs' : 'one https URL';
  if (urls.length > 1 && !multiple) return { error: `${label} takes ${wanted}.` };
  if (!urls.every((url): url is string => typeof url === 'string' && HTTPS_URL.test(url)))
    return { error: `${label} must be ${wanted}, without user names or spaces.` };
  return urls.every(mayFetch)
    ? { urls }
    : { error: `${label} must lead to a public address: local and private ones are not fetched from.` };
}
