import { findKey, type KeyRow } from '../../db/repositories/keys.ts';
import type { Authority } from '../../domain/messages.ts';
import { Scope, type Principal } from '../../schemas/core/principal.ts';
import type { ApiDeps } from '../context.ts';
import { ApiError } from '../problem.ts';

/** What a key may do now. The caller must have checked the secret: only its owner may learn that a key was revoked or ended. */
export function principalOf(row: KeyRow | undefined): Principal {
  if (row === undefined) throw unauthorized('The API key is not known.');
  if (row.revoked) throw unauthorized('The API key was revoked.');
  if (row.expired) throw unauthorized('The API key has expired.');
  const { tenant, subject, prefix: keyId } = row;
  return { kind: 'key', tenant, subject, scopes: scopesOf(row), keyId, operator: false };
}

/** Unknown scopes, which an operator's own SQL may have written, allow nothing. */
export const scopesOf = ({ scopes }: { scopes: readonly string[] }): Scope[] =>
  Scope.options.filter((scope) => scopes.includes(scope));

/**
 * The principal of an earlier check as it is now: authority counts when it is used. Refuses keys that are gone and keys that
 * were given to another tenant or subject.
 */
export async function renew({ db }: Pick<ApiDeps, 'db'>, before: Principal): Promise<Principal> {
  if (before.kind !== 'key' || before.keyId === null) return before;
  const now = principalOf(await findKey(db.pool, before.keyId));
  if (now.tenant !== before.tenant || now.subject !== before.subject)
    throw unauthorized('The API key belongs to somebody else now; connect again.');
  return now;
}

export function requireScope({ scopes }: Principal, scope: Scope): void {
  if (scopes.includes(scope) || scopes.includes('admin')) return;
  throw new ApiError('forbidden', `This needs a key with the scope "${scope}".`);
}

/** Why an open stream of `before` must end; undefined while its key may still see all that it shows. */
export function objection(row: KeyRow | undefined, before: Principal): ApiError | undefined {
  try {
    const now = principalOf(row);
    requireScope(now, 'read');
    if (
      now.tenant === before.tenant &&
      (seesAll(now) || (!seesAll(before) && now.subject === before.subject))
    )
      return undefined;
    return new ApiError('forbidden', 'The API key may see less than before; connect again.');
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

const seesAll = ({ scopes }: Principal): boolean => scopes.includes('admin');

/** Checks the key now, for a decision, and gives what is recorded with it. */
export async function attest(
  { deps, principal }: { deps: Pick<ApiDeps, 'db'>; principal: Principal },
  scope: Scope,
): Promise<{ principal: Principal; authority: Authority }> {
  const now = await renew(deps, principal);
  requireScope(now, scope);
  return { principal: now, authority: { ...authorityOf(now), checked_at: new Date().toISOString() } };
}

export const authorityOf = ({ kind, keyId, subject, scopes }: Principal): Omit<Authority, 'checked_at'> => ({
  kind,
  key_id: keyId,
  subject,
  scopes: [...scopes],
});

export const unauthorized = (detail: string): ApiError =>
  new ApiError('unauthorized', detail, { headers: { 'www-authenticate': 'Bearer' } });
