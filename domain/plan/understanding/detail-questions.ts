import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { plainText } from '../../plain-text.ts';
import { isSafeName } from '../paths.ts';
import type { CatalogueService } from '../catalogue.ts';
import type { DraftStep } from '../draft.ts';
import { fieldsOf, typesOf, type FieldRole } from '../rules/fields.ts';
import type { Literal } from './deciding.ts';
import type { PlanQuestion } from './understanding.ts';

const MOST_QUESTIONS = 20;
const MOST_CHOICES = 50;
const LONGEST_QUESTION = 300;
const LONGEST_CHOICE = 100;

const ASKED: { readonly [role in FieldRole]?: string } = {
  symbol: 'Which token or currency',
  symbols: 'Which tokens or currencies',
  location: 'Which place',
  date: 'Which date',
  people: 'How many people',
  text: 'Which text',
  language: 'Which language',
  url: 'Which address',
  email: 'Which email address',
  name: 'Which name',
  query: 'What to look for',
};
const EXAMPLES: { readonly [role in FieldRole]?: Json } = {
  symbol: 'SOL',
  location: 'Paris',
  date: '2027-01-15',
  people: 2,
  language: 'German',
  url: 'https://example.com/page',
  email: 'name@example.com',
};
const FORMATS: { readonly [role in FieldRole]?: string } = { date: 'date', url: 'url', email: 'email' };

type Wanted = Pick<Literal, 'param' | 'role' | 'schema' | 'service'>;

/** The question for a param that nobody gave a value for, in our own words and with what the service takes. */
export function questionFor({ param, role, schema, service }: Wanted): PlanQuestion {
  const choices = choicesOf(schema);
  const name = shortText(param, 60);
  const example = EXAMPLES[role];
  const format = FORMATS[role];
  return {
    field: isSafeName(param) ? param : 'detail',
    question: `${ASKED[role] ?? 'Which value'} ("${name}") should ${service === undefined ? 'the service' : shortText(service.name, 100)} take?`,
    type: choices === undefined ? typeOf(schema) : 'choice',
    ...(choices === undefined ? {} : { choices }),
    ...(choices !== undefined || format === undefined ? {} : { format }),
    ...(choices !== undefined || example === undefined ? {} : { example }),
    ...bounds(schema),
    ...(service === undefined ? {} : { service: service.id }),
  };
}

function typeOf(schema: JsonObject): PlanQuestion['type'] {
  const types = typesOf(schema);
  if (types.has('string') || types.size === 0) return 'text';
  if (types.has('integer') || types.has('number')) return 'number';
  return types.has('boolean') ? 'boolean' : 'text';
}

function choicesOf({ enum: values }: JsonObject): string[] | undefined {
  const texts = Array.isArray(values) ? values.filter((one) => typeof one === 'string') : [];
  return texts.length === 0 ? undefined : texts.slice(0, MOST_CHOICES);
}

function bounds({ minimum, maximum }: JsonObject): Pick<PlanQuestion, 'min' | 'max'> {
  return {
    ...(typeof minimum === 'number' ? { min: minimum } : {}),
    ...(typeof maximum === 'number' ? { max: maximum } : {}),
  };
}

/**
 * A model's questions as they may be shown. One about a param of a service is asked in our words with the service's own choices;
 * whatever else it asks is one short plain line, and one that sends people somewhere or asks for a secret is not asked.
 */
export function safeQuestions(
  asked: readonly PlanQuestion[],
  services: readonly CatalogueService[],
  answers: JsonObject,
): PlanQuestion[] {
  const safe = asked.flatMap((question) => {
    const own = ownQuestion(question, services) ?? plainQuestion(question);
    return own === undefined || Object.hasOwn(answers, own.field) ? [] : [own];
  });
  return onceEach(safe);
}

/** One question for a field, and not more than a person can answer. */
export const onceEach = (questions: readonly PlanQuestion[]): PlanQuestion[] =>
  questions
    .filter(({ field }, index) => questions.findIndex((one) => one.field === field) === index)
    .slice(0, MOST_QUESTIONS);

function ownQuestion(
  { field, service: id }: PlanQuestion,
  services: readonly CatalogueService[],
): PlanQuestion | undefined {
  const service = services.find((one) => one.id === id);
  const known = fieldsOf(service?.inputSchema)?.find(({ name }) => name === field);
  if (service === undefined || known === undefined) return undefined;
  return questionFor({ param: field, role: known.role, schema: known.schema, service });
}

const LURES =
  /:\/\/|\bwww\.|@|\b[\w-]+\.(?:com|net|org|io|xyz|app|dev|example|ru|info|link)\b|\b0x[0-9a-f]{8,}|\b[1-9A-HJ-NP-Za-km-z]{32,}\b|\b(?:password|passphrase|private key|secret key|seed phrase|recovery phrase|mnemonic|api key|pin code|card number|cvv)\b/i;

function plainQuestion({
  field,
  question,
  type,
  choices = [],
  example,
}: PlanQuestion): PlanQuestion | undefined {
  const text = shortText(question, LONGEST_QUESTION);
  const offered = [...new Set(choices.map((one) => shortText(one, LONGEST_CHOICE)))].filter(
    (one) => one !== '' && !LURES.test(one),
  );
  if (!isSafeName(field) || text === '' || LURES.test(text) || LURES.test(field)) return undefined;
  const isChoice = type === 'choice' && offered.length > 1;
  const shown = typeof example === 'string' ? shortText(example, LONGEST_CHOICE) : example;
  return {
    field,
    question: text,
    type: type === 'choice' && !isChoice ? 'text' : type,
    ...(isChoice ? { choices: offered.slice(0, MOST_CHOICES) } : {}),
    ...(shown === undefined || shown === '' || LURES.test(String(shown)) ? {} : { example: shown }),
  };
}

const shortText = (text: string, longest: number): string =>
  plainText(text.slice(0, longest * 5))
    .slice(0, longest)
    .toWellFormed();

/** Whether the work is wanted although no service takes a part of what was said: `without_two_people: true` goes on. */
export function withoutQuestion(passage: string): PlanQuestion {
  const said = shortText(passage, 60);
  const name = said
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
  return {
    field: `without_${name.slice(0, 40)}`,
    question: `No service of the plan takes "${said}". Go on without it?`,
    type: 'boolean',
  };
}

/** Questions for the required params that steps lack, one each. */
export function lackingQuestions(
  steps: readonly DraftStep[],
  services: readonly CatalogueService[],
  unfilled: (step: DraftStep, service: CatalogueService) => string[],
): PlanQuestion[] {
  const questions = steps.flatMap((step) => {
    const service = services.find(({ id }) => id === step.serviceId);
    if (service === undefined || step.type !== 'service_call') return [];
    const lacking = unfilled(step, service);
    return (fieldsOf(service.inputSchema) ?? [])
      .filter(({ name }) => lacking.includes(name))
      .map(({ name, role, schema }) => questionFor({ param: name, role, schema, service }));
  });
  return onceEach(questions);
}
