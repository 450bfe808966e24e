import { z } from 'zod';

/** What a key may do; `admin` implies the others (common.md, "Idempotency, limits, auth"). */
export const Scope = z.enum(['read', 'operate', 'approve', 'admin']);
export type Scope = z.infer<typeof Scope>;

/**
 * Who asks. `subject` null may act for any subject of the tenant; `operator` may also create keys of other tenants
 * (the bootstrap key, and everyone while auth is off).
 */
export const Principal = z.object({
  tenant: z.string(),
  subject: z.string().nullable(),
  scopes: z.array(Scope),
  keyId: z.string().nullable(),
  operator: z.boolean(),
});
export type Principal = z.infer<typeof Principal>;
