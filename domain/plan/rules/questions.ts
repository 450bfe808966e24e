import type { Json } from '../../../schemas/core/json.ts';
import type { PlanQuestion } from '../understanding/understanding.ts';
import type { Missing } from './call.ts';
import { alternatives, typesOf, type Field } from './fields.ts';
import type { Profile } from './profile.ts';
import type { Scene } from './scene.ts';
import { choicesFor } from './values.ts';

const MOST_CHOICES = 50;

/** What to ask a person for a param that nobody gave, or that the service does not take as it was given. */
export function questionFor(scene: Scene, { service }: Profile, { field, said }: Missing): PlanQuestion {
  const choices = choicesFor(scene, service.id, field)?.map(({ value }) => value);
  const { minimum: min, maximum: max } = field.schema;
  const bounds = boundsOf(field);
  const listed =
    choices === undefined
      ? ''
      : ` It knows ${choices.slice(0, 12).join(', ')}${choices.length > 12 ? ', …' : ''}.`;
  const text =
    said === undefined
      ? `${service.name} needs ${named(field)}.${listed}`
      : `${service.name} does not take "${said}" as ${named(field)}.${listed || bounds}`;
  const example = exampleOf(field);
  return {
    field: field.name,
    question: `${text} ${said === undefined ? 'What should it be?' : 'Which one is meant?'}`,
    type: typeOf(field, choices),
    ...(choices !== undefined && choices.length <= MOST_CHOICES && { choices: [...choices] }),
    ...(formatOf(field) !== undefined && { format: formatOf(field)! }),
    ...(example !== undefined && { example }),
    ...(typeof min === 'number' && { min }),
    ...(typeof max === 'number' && { max }),
    service: service.id,
  };
}

const named = ({ name, schema }: Field): string => {
  const { description } = schema;
  return typeof description === 'string' && description.length <= 100
    ? `"${name}" (${description})`
    : `"${name}"`;
};

function boundsOf({ schema: { minimum, maximum } }: Field): string {
  if (typeof minimum === 'number' && typeof maximum === 'number')
    return ` It takes ${minimum} to ${maximum}.`;
  return '';
}

function typeOf({ schema }: Field, choices: readonly string[] | undefined): PlanQuestion['type'] {
  if (choices !== undefined && choices.length > 0 && choices.length <= MOST_CHOICES) return 'choice';
  const types = typesOf(schema);
  if (types.has('string') || types.size === 0) return 'text';
  return types.has('boolean') ? 'boolean' : types.has('number') || types.has('integer') ? 'number' : 'text';
}

function formatOf({ schema, role }: Field): string | undefined {
  const { format } = schema;
  if (typeof format === 'string') return format.slice(0, 40);
  return role === 'date' || role === 'until' ? 'date' : role === 'url' || role === 'email' ? role : undefined;
}

function exampleOf({ schema, role }: Field): Json | undefined {
  for (const one of alternatives(schema)) {
    const [first] = Array.isArray(one['examples']) ? one['examples'] : [];
    if (first !== undefined) return first;
    if (one['example'] !== undefined) return one['example'];
  }
  return EXAMPLES[role];
}

const EXAMPLES: { readonly [role: string]: Json | undefined } = {
  symbol: 'SOL',
  from: 'SOL',
  to: 'USDC',
  location: 'Lisbon',
  date: '2027-01-10',
  until: '2027-01-12',
  days: 30,
  people: 2,
  url: 'https://example.com/page',
  email: 'ada@example.com',
  text: 'Solana rose today. Traders were happy.',
};
