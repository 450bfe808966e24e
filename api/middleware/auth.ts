import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { findKey } from '../../db/repositories/keys.ts';
import { takeTicket } from '../../db/repositories/tickets.ts';
import { DEFAULT_TENANT } from '../../domain/tenants.ts';
import { Scope, type Principal } from '../../schemas/core/principal.ts';
import type { ApiDeps } from '../context.ts';
import { principalOf, unauthorized } from '../keys/authority.ts';
import { NO_KEY, sameSecret, sha256, splitKey } from '../keys/secrets.ts';

const EVERYTHING = Scope.options;

/** Everyone on this machine, while auth is off. */
const LOCAL: Principal = {
  kind: 'local',
  tenant: DEFAULT_TENANT,
  subject: null,
  scopes: [...EVERYTHING],
  keyId: null,
  operator: true,
};
const BOOTSTRAP: Principal = { ...LOCAL, kind: 'bootstrap', keyId: 'bootstrap' };

/** Of routes that are open to all; owns nothing. */
export const NOBODY: Principal = {
  kind: 'nobody',
  tenant: '',
  subject: null,
  scopes: [],
  keyId: null,
  operator: false,
};

/**
 * Whoever has no key, on routes that allow it. They serve purchasers of MIP-003 agents, and payment is what protects
 * them.
 */
const VISITOR: Principal = {
  kind: 'visitor',
  tenant: DEFAULT_TENANT,
  subject: 'visitor',
  scopes: ['read', 'operate'],
  keyId: null,
  operator: false,
};

/** Jobs of this subject belong to whoever knows their id. */
export const isVisitor = (subject: string | null): boolean => subject === VISITOR.subject;

/** True for those who have shown no key. */
export const isGuest = (principal: Principal): boolean => principal === NOBODY || principal === VISITOR;

/**
 * As `authenticate`, for routes that visitors may use. A header without a key of ours is ignored: it may be meant for
 * somebody else.
 */
export const authenticateVisitor = async (deps: ApiDeps, req: IncomingMessage): Promise<Principal> =>
  deps.settings.auth === 'on' && !/^Bearer +sk_/i.test(req.headers.authorization ?? '')
    ? VISITOR
    : authenticate(deps, req);

/** The caller, by the Authorization header. */
export async function authenticate(deps: ApiDeps, req: IncomingMessage): Promise<Principal> {
  if (deps.settings.auth === 'off') return LOCAL;
  const given = /^Bearer +(\S{1,512})$/i.exec(req.headers.authorization ?? '')?.[1];
  if (given === undefined) throw unauthorized('Send your API key as "Authorization: Bearer sk_...".');
  if (deps.settings.adminKey !== null && sameSecret(given, sha256(deps.settings.adminKey))) return BOOTSTRAP;
  return byKey(deps, given);
}

/** The principal that a ticket stands for. `proof` binds it to this process's admin key without containing that key. */
const Holder = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('key'), key_id: z.string() }),
  z.object({ kind: z.literal('bootstrap'), proof: z.string() }),
]);
type Holder = z.infer<typeof Holder>;

/** What is stored with a ticket. A ticket bought while auth is off is worth nothing where it is on. */
export function holderOf(
  { settings }: ApiDeps,
  { kind, keyId }: Principal,
  ticket: string,
): Holder | { kind: string } {
  if (kind === 'key' && keyId !== null) return { kind, key_id: keyId };
  return kind === 'bootstrap' ? { kind, proof: adminProof(settings.adminKey ?? '', ticket) } : { kind };
}

const adminProof = (adminKey: string, ticket: string): string => sha256(`${ticket} ${adminKey}`);

/** Browsers cannot set headers on streams, so a ticket stands for its key once, with what the key may do now. */
export async function authenticateStream(
  deps: ApiDeps,
  req: IncomingMessage,
  ticket: string | undefined,
): Promise<Principal> {
  if (ticket === undefined || deps.settings.auth === 'off') return authenticate(deps, req);
  const holder = Holder.safeParse(await takeTicket(deps.db.pool, sha256(ticket)));
  if (holder.data?.kind === 'key') return principalOf(await findKey(deps.db.pool, holder.data.key_id));
  const { adminKey } = deps.settings;
  if (holder.data !== undefined && adminKey !== null && holder.data.proof === adminProof(adminKey, ticket))
    return BOOTSTRAP;
  throw unauthorized(
    'The ticket is used up or older than 60 seconds; get another from POST /stream-tickets.',
  );
}

/** Does the same work for every wrong key, so that its time does not tell whether an id exists. */
async function byKey(deps: ApiDeps, given: string): Promise<Principal> {
  const { prefix, secret } = splitKey(given) ?? { prefix: NO_KEY.prefix, secret: given };
  const row = await findKey(deps.db.pool, prefix);
  const isRight = sameSecret(secret, row?.secret_hash ?? NO_KEY.hash);
  if (row === undefined || !isRight) throw unauthorized('The API key is not known.');
  return principalOf(row);
}
