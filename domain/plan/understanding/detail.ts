import type { Json } from '../../../schemas/core/json.ts';
import type { FormField } from '../../../schemas/core/question.ts';
import type { PlanQuestion } from './understanding.ts';

/** How often planning may ask. */
export const MOST_ROUNDS = 5;

/** The name of a round's question in its run, from 1. */
export const detailName = (round: number): string => `detail-${round}`;

/** What planning asks as one form: a field for each question. */
export const detailForm = (questions: readonly PlanQuestion[]): FormField[] => questions.map(toField);

function toField({ field, question, type, choices, format, example, min, max }: PlanQuestion): FormField {
  return {
    id: field,
    type,
    label: question,
    ...(example === undefined ? {} : { description: `For example ${asText(example)}` }),
    ...(choices === undefined ? {} : { choices }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(format === undefined ? {} : { format }),
  };
}

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The same for a client that cannot answer: entries of `error.details`, in the contract's shape. */
export const detailProblems = (questions: readonly PlanQuestion[]): Json =>
  questions.map(({ field, question, ...more }) => ({ path: field, message: question, ...more }));
