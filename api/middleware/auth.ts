import type { IncomingMessage } from 'node:http';
import { findKey } from '../../db/repositories/keys.ts';
import { takeTicket } from '../../db/repositories/tickets.ts';
import { DEFAULT_TENANT } from '../../domain/tenants.ts';
import { Principal, Scope } from '../../schemas/core/principal.ts';
import type { ApiDeps } from '../context.ts';
import { sameSecret, sha256, splitKey } from '../keys/secrets.ts';
import { ApiError } from '../problem.ts';

const EVERYTHING = Scope.options;

/** Everyone on this machine, while auth is off. */
const LOCAL: Principal = {
  tenant: DEFAULT_TENANT,
  subject: null,
  scopes: [...EVERYTHING],
  keyId: null,
  operator: true,
};
const BOOTSTRAP: Principal = { ...LOCAL, keyId: 'bootstrap' };

/** Of routes that are open to all; owns nothing. */
export const NOBODY: Principal = { tenant: '', subject: null, scopes: [], keyId: null, operator: false };

/** Whoever has no key, where a route takes them (purchasers of MIP-003 agents: payment is what protects those). */
const VISITOR: Principal = {
  tenant: DEFAULT_TENANT,
  subject: 'visitor',
  scopes: ['read', 'operate'],
  keyId: null,
  operator: false,
};

/** True for those who have shown no key. */
export const isGuest = (principal: Principal): boolean => principal === NOBODY || principal === VISITOR;

/** As `authenticate`, for routes that visitors may use. What is no key of ours is theirs for somebody else. */
export const authenticateVisitor = async (deps: ApiDeps, req: IncomingMessage): Promise<Principal> =>
  deps.settings.auth === 'on' && !/^Bearer +sk_/i.test(req.headers.authorization ?? '')
    ? VISITOR
    : authenticate(deps, req);

/** Who asks, by the Authorization header. */
export async function authenticate(deps: ApiDeps, req: IncomingMessage): Promise<Principal> {
  if (deps.settings.auth === 'off') return LOCAL;
  const given = /^Bearer +(\S{1,512})$/i.exec(req.headers.authorization ?? '')?.[1];
  if (given === undefined) throw unauthorized('Send your API key as "Authorization: Bearer sk_...".');
  if (deps.settings.adminKey !== null && sameSecret(given, sha256(deps.settings.adminKey))) return BOOTSTRAP;
  return byKey(deps, given);
}

/** Browsers cannot set headers on streams: a ticket, bought with the key a moment ago, stands for it once. */
export async function authenticateStream(
  deps: ApiDeps,
  req: IncomingMessage,
  ticket: string | undefined,
): Promise<Principal> {
  if (ticket === undefined || deps.settings.auth === 'off') return authenticate(deps, req);
  const principal = Principal.safeParse(await takeTicket(deps.db.pool, sha256(ticket)));
  if (!principal.success)
    throw unauthorized(
      'The ticket is used up or older than 60 seconds; get another from POST /stream-tickets.',
    );
  return principal.data;
}

async function byKey(deps: ApiDeps, given: string): Promise<Principal> {
  const parts = splitKey(given);
  const row = parts && (await findKey(deps.db.pool, parts.prefix));
  if (!parts || !row || !sameSecret(parts.secret, row.secret_hash))
    throw unauthorized('The API key is not known.');
  if (row.revoked_at !== null) throw unauthorized('The API key was revoked.');
  if (row.expires_at !== null && row.expires_at.getTime() <= Date.now())
    throw unauthorized('The API key has expired.');
  const scopes = Scope.array().parse(row.scopes);
  return { tenant: row.tenant, subject: row.subject, scopes, keyId: row.prefix, operator: false };
}

export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope) || principal.scopes.includes('admin')) return;
  throw new ApiError('forbidden', `This needs a key with the scope "${scope}".`);
}

const unauthorized = (detail: string): ApiError =>
  new ApiError('unauthorized', detail, { headers: { 'www-authenticate': 'Bearer' } });
