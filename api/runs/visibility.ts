import type { Hidden } from '../../db/repositories/hidden.ts';
import type { RunRow } from '../../db/repositories/runs.ts';
import type { Principal } from '../../schemas/core/principal.ts';
import type { FamilyModule } from '../family.ts';

/**
 * What a key does not see of its tenant: runs of families that keep them private, when they are another subject's.
 * Undefined for keys that may act for anyone.
 */
export function hiddenFrom(
  families: readonly FamilyModule[],
  { subject, scopes }: Principal,
): Hidden | undefined {
  if (subject === null || scopes.includes('admin')) return undefined;
  const mine = families.filter(({ privateRuns }) => privateRuns).map(({ name }) => name);
  return { families: mine, except: subject };
}

export function isHidden(
  families: readonly FamilyModule[],
  principal: Principal,
  run: Pick<RunRow, 'family' | 'subject'>,
): boolean {
  const hidden = hiddenFrom(families, principal);
  return hidden !== undefined && hidden.families.includes(run.family) && run.subject !== hidden.except;
}
