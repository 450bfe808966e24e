import { z } from 'zod';

/** The body of every non-2xx answer, `application/problem+json` (common.md, "Errors"). */
export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  request_id: z.string(),
  code: z.string(),
  error_code: z.string(),
  message: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string(), code: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;
