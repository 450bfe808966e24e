import { z } from 'zod';

/** What a key may do; `admin` implies the others (common.md, "Idempotency, limits, auth"). */
export const Scope = z.enum(['read', 'operate', 'approve', 'admin']);
export type Scope = z.infer<typeof Scope>;

/**
 * Who asks. `kind` says what vouches for them: a stored key, the setting STEWARD_ADMIN_KEY (`bootstrap`), this machine while
 * auth is off (`local`), or nothing (`visitor`, and `nobody` on routes that are open to all). `subject` null may act for any
 * subject of the tenant; `operator` may also create keys of other tenants.
 */
export interface Principal {
  kind: 'key' | 'bootstrap' | 'local' | 'visitor' | 'nobody';
  tenant: string;
  subject: string | null;
  scopes: Scope[];
  keyId: string | null;
  operator: boolean;
}

const OURS: ReadonlySet<string> = new Set([
  'bootstrap',
  'local',
  'nobody',
  'operator',
  'signal',
  'steward',
  'system',
  'temporal',
  'visitor',
]);

/** True for the engine's own names, in upper or lower case. No key may have one as tenant or subject and so pass for it. */
export const isReserved = (name: string): boolean => OURS.has(name.toLowerCase());
