import { z } from 'zod';

/** Id of a reasoning workflow: `wf_<ms>_<16 hex>`. */
export const WorkflowId = z
  .string()
  .regex(/^wf_\d{1,16}_[0-9a-f]{16}$/, 'must look like wf_1234567890123_0123456789abcdef')
  .meta({ description: 'Id of a workflow', example: 'wf_1763690000000_0f8c2a6b1d4e7f90' });
export type WorkflowId = z.infer<typeof WorkflowId>;

/** Whoever the work is for: 1 to 128 letters, digits and `_.:@-`. */
export const UserId = z
  .string()
  .regex(/^[\w.:@-]{1,128}$/, 'must be 1 to 128 letters, digits, or _ . : @ -')
  .meta({ description: 'The user the work is for', example: 'user_123' });
export type UserId = z.infer<typeof UserId>;

const numberOrText = { override: { type: ['number', 'string'] as ('number' | 'string')[] } };

/** Money on the way in that must be a plain decimal, e.g. "10.5" (whole units); the API hands over its source text. */
export const MoneyIn = z
  .string()
  .max(100)
  .regex(/^\d+(\.\d+)?$/, 'must be a plain decimal number of 0 or more, e.g. 10.5')
  .meta({
    description: 'Whole units, as a number or a decimal string',
    example: 10.5,
    override: { ...numberOrText.override, minimum: 0 },
  });
export type MoneyIn = z.infer<typeof MoneyIn>;

/** Money on the way in whose form is judged later, with the code `invalid_amount` (signs, exponents, decimals). */
export const AmountIn = z
  .string()
  .min(1)
  .max(100)
  .meta({ description: 'Whole units, as a number or a decimal string', example: 0.5, ...numberOrText });
export type AmountIn = z.infer<typeof AmountIn>;

/** Money on the way out: a number in whole units, written digit for digit. */
export const MoneyOut = z.number().meta({ description: 'Whole units of the asset', example: 0.25 });

/** A whole number of 0 or more, also when it arrives as its source text. */
export const WholeIn = z.union([
  z.int().min(0).max(999_999_999_999_999),
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number of 0 or more')
    .transform(Number),
]);

/** An asset code, e.g. SOL. Unknown ones are refused later with `unknown_asset`. */
export const AssetCode = z.string().min(1).max(32).meta({ description: 'Asset code', example: 'USDC' });

/** Hex SHA-256 over the RFC 8785 form of `{steps, limits, asset, revision}`, and `understanding` where the plan has one. */
export const PlanHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
  .meta({
    description:
      'sha256 of the RFC 8785 JSON of steps, limits, asset, revision, and understanding if the plan has one',
  });

/** An opaque position in a list. */
export const Cursor = z.string().min(1).max(512).meta({ description: 'nextCursor of the page before' });

/** RFC 3339 time with milliseconds. */
export const IsoTime = z.string().meta({ format: 'date-time', example: '2025-11-21T02:00:00.000Z' });

/** Milliseconds since 1970. */
export const MsTime = z.int().min(0).meta({ description: 'Milliseconds since 1970', example: 1763690000000 });

/** Page of a list: 1 to 100 entries, 50 by default. */
export const PageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(50)
    .meta({ description: 'Entries a page', example: 50 }),
  cursor: Cursor.optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;
