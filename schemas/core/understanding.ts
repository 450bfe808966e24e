import { z } from 'zod';
import { Json } from './json.ts';

/** Start and end (exclusive) of a passage in the request, in UTF-16 code units: `input.slice(start, end)`. Many readers of OpenAPI know no tuples. */
const Span = z.array(z.int().min(0)).length(2);

const Passage = z.object({ text: z.string(), span: Span });

/** What must be known before anything is planned. `field` names the answer; `choices` are what the service takes. */
export const PlanQuestion = z.object({
  field: z.string(),
  question: z.string(),
  type: z.enum(['text', 'number', 'boolean', 'choice']),
  choices: z.array(z.string()).optional(),
  format: z.string().optional(),
  example: Json.optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  service: z.string().optional(),
});
export type PlanQuestion = z.infer<typeof PlanQuestion>;

/**
 * What was made of the words of a request: `parts` says what each passage was taken for (`unavailable`: no service does it),
 * `assumptions` has values that nobody gave, `ignored` the words that count for nothing, `corrections` words that were read as others,
 * `questions` what must be known first.
 */
export const Understanding = z.object({
  parts: z.array(
    Passage.extend({
      as: z.enum(['task', 'value', 'limit', 'excluded', 'unavailable', 'context']),
      step: z.string().optional(),
      field: z.string().optional(),
      value: Json.optional(),
    }),
  ),
  assumptions: z.array(z.object({ field: z.string(), value: Json, why: z.string(), step: z.string() })),
  ignored: z.array(Passage),
  corrections: z.array(z.object({ from: z.string(), to: z.string(), span: Span })),
  questions: z.array(PlanQuestion),
});
export type Understanding = z.infer<typeof Understanding>;
