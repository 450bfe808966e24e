import type { Hidden } from '../../db/repositories/hidden.ts';
import type { RunRow } from '../../db/repositories/runs.ts';
import type { Principal } from '../../schemas/core/principal.ts';
import type { RunFamily } from '../context.ts';

/**
 * What a key does not see of its tenant: other subjects' runs, unless their family is served and shares its runs. Undefined
 * for keys that may act for anyone.
 */
export function hiddenFrom(
  families: readonly RunFamily[],
  { subject, scopes }: Principal,
): Hidden | undefined {
  if (subject === null || scopes.includes('admin')) return undefined;
  const shared = families.filter(({ sharedRuns }) => sharedRuns).map(({ name }) => name);
  return { shared, except: subject };
}

export function isHidden(
  families: readonly RunFamily[],
  principal: Principal,
  run: Pick<RunRow, 'family' | 'subject'>,
): boolean {
  const hidden = hiddenFrom(families, principal);
  return hidden !== undefined && !hidden.shared.includes(run.family) && run.subject !== hidden.except;
}
