import { z } from 'zod';
import { Scope } from './principal.ts';

/**
 * One field of a form. `choices` are the values of a `choice`. `min` and `max` bound a number, or the length of a text in
 * characters. `format` is a hint for whoever shows the form ("date", "url"); whoever asked checks it. A `secret` is shown
 * to nobody and can only be given over the API. A field is required unless it says `required: false`. A `note` is text between
 * the fields (its `label`), and takes no answer.
 */
export const FormField = z.object({
  id: z.string().min(1).max(250),
  type: z.enum(['text', 'number', 'boolean', 'choice', 'note']),
  label: z.string(),
  description: z.string().optional(),
  required: z.boolean().optional(),
  secret: z.boolean().optional(),
  choices: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  format: z.string().optional(),
});
export type FormField = z.infer<typeof FormField>;

/** Who may answer: keys with this scope; where `subjects` are named, only theirs. Admins always may. */
export const CanAnswer = z.object({ scope: Scope, subjects: z.array(z.string()).optional() });
export type CanAnswer = z.infer<typeof CanAnswer>;

/**
 * A question that a run asked a person (common.md, "Questions"). Answer it with `POST /runs/{run_id}/inputs` and this `id`.
 * `expired`: nobody answered in time. `superseded`: the run ended before anybody did. Times are RFC 3339.
 */
export const QuestionRecord = z.object({
  kind: z.literal('input'),
  id: z.string(),
  run_id: z.string(),
  status: z.enum(['pending', 'answered', 'expired', 'superseded']),
  prompt: z.string(),
  form: z.array(FormField),
  can_answer: CanAnswer,
  expires_at: z.string(),
  requested_at: z.string(),
  decided_at: z.string().nullable(),
  decided_by: z.string().nullable(),
});
export type QuestionRecord = z.infer<typeof QuestionRecord>;
