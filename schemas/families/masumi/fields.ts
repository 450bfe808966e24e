import { z } from 'zod';

/** Types of MIP-003 input fields (masumi.md section 1.3). A line of text is `string`: older clients do not know `text`. */
export const MipFieldType = z.enum([
  'string',
  'search',
  'hidden',
  'email',
  'url',
  'tel',
  'color',
  'textarea',
  'password',
  'number',
  'range',
  'boolean',
  'option',
  'radio',
  'date',
  'time',
  'datetime-local',
  'month',
  'week',
  'file',
  'none',
]);
export type MipFieldType = z.infer<typeof MipFieldType>;

/** One rule of a field. Values are always strings: "true", "3", "nonempty". */
export const MipValidation = z.object({
  validation: z.enum(['optional', 'min', 'max', 'format']),
  value: z.string(),
});
export type MipValidation = z.infer<typeof MipValidation>;

/** How a field looks. What is not known is left out, never null. */
export const MipData = z.object({
  description: z.string().optional(),
  placeholder: z.string().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  values: z.array(z.string()).optional().meta({ description: 'What may be chosen' }),
  step: z.string().optional().meta({ description: 'Of a slider' }),
  value: z.string().optional().meta({ description: 'What a hidden field sends' }),
  outputFormat: z.literal('url').optional().meta({ description: 'Files are given as https URLs' }),
});
export type MipData = z.infer<typeof MipData>;

/** An input field of MIP-003 (attachment 1). A field is required unless it says `optional`. */
export const MipField = z
  .object({
    id: z.string(),
    type: MipFieldType,
    name: z.string(),
    data: MipData.optional(),
    validations: z.array(MipValidation).optional(),
  })
  .meta({ id: 'MipField', description: 'An input field as MIP-003 describes it' });
export type MipField = z.infer<typeof MipField>;

/** Answer of `GET /mip003/{flow_key}/input_schema`, and `input_schema` of a job that awaits input. */
export const MipInputSchema = z
  .object({ input_data: z.array(MipField) })
  .meta({ id: 'MipInputSchema', description: 'What a flow, or a job that waits, asks for' });
export type MipInputSchema = z.infer<typeof MipInputSchema>;
