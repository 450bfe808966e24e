import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { Auditor, AuditEntry } from '../../db/repositories/audit.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Principal } from '../../schemas/core/principal.ts';
import type { ApiDeps, Ctx } from '../context.ts';
import type { FamilyModule } from '../family.ts';
import { authorityOf, renew, requireScope } from '../keys/authority.ts';
import type { KeyWatch } from '../keys/watch.ts';
import type { Limits } from '../limits.ts';
import { authenticate, authenticateVisitor, isGuest, NOBODY } from '../middleware/auth.ts';
import type { Claim } from '../middleware/claim.ts';
import { claimant, ClaimLost, hashInput, once, readKey, type Worked } from '../middleware/idempotency.ts';
import { limitHeaders, rateLimited, type RateLimiter } from '../middleware/rate-limit.ts';
import { factsOf } from '../middleware/request.ts';
import type { ProblemStyle, Where } from '../problem.ts';
import type { Route } from '../route.ts';
import type { Backlog } from '../stream/backlog.ts';
import type { OpenStreams } from '../stream/open-streams.ts';
import { clientAddress } from './address.ts';
import type { Connections } from './connections.ts';
import { parseInput, readInput, type RawInput } from './parse.ts';
import type { LimitNames } from './spelling.ts';
import { renderAnswer, renderProblem, send, type Rendered } from './render.ts';

/** What requests share within one application. */
export interface Services {
  deps: ApiDeps;
  /** How the engine's own routes word errors: with the codes of all families. */
  ownStyle: ProblemStyle;
  limiter: RateLimiter;
  auditor: Auditor;
  /** Ends streams whose key may no longer read them. */
  keys: KeyWatch;
  /** Aborted when the process is about to end: open streams say goodbye. */
  draining: AbortSignal;
  limits: Limits;
  /** Fields that limit what may be paid, on any route. */
  limitNames: LimitNames;
  connections: Connections;
  openStreams: OpenStreams;
  backlogs: () => Backlog;
}

/** A route as an Express handler: authenticate, limit, read, check, work once, record, answer. */
export function serve(services: Services, route: Route, family?: FamilyModule) {
  return async (req: Request, res: Response): Promise<void> => {
    const where = whereOf(req, styleOf(services, family));
    const { log } = factsOf(req);
    const answer = await answerTo(services, route, req, res, where).catch((error: unknown) =>
      renderProblem(error, where, log),
    );
    send(res, answer);
  };
}

/** A family's errors look like the family's; the engine's own know the codes of all. */
export const styleOf = (
  { ownStyle }: Pick<Services, 'ownStyle'>,
  family: FamilyModule | undefined,
): ProblemStyle | undefined => (family === undefined ? ownStyle : family.problems);

export function whereOf(req: Request, style: ProblemStyle | undefined): Where {
  const { id, shownUrl } = factsOf(req);
  return { instance: shownUrl.split('?')[0] ?? '/', requestId: id, style };
}

async function answerTo(
  services: Services,
  route: Route,
  req: Request,
  res: Response,
  where: Where,
): Promise<Rendered> {
  const principal = await identify(services, route, req, res);
  const now = whoAsksNow(services, route, principal);
  const reading = await readInput(route, req).then(
    (raw) => ({ raw }),
    (error: unknown) => ({ error }),
  );
  const raw = 'raw' in reading ? reading.raw : undefined;
  if (route.limited !== false) await spend(services, callerOf(route, principal, raw, req), res);
  if (raw === undefined) throw (reading as { error: unknown }).error;
  if (route.scope !== null) requireScope(principal, route.scope);
  const input = parseInput(route, raw, services.limitNames);
  const key = route.idempotent ? readKey(req.get('idempotency-key')) : undefined;
  const doing = (asking: Principal, claim: Claim | undefined): Promise<Worked> =>
    work(services, route, req, res, asking, input, claim);
  if (key === undefined) return record(services, await doing(await now(), undefined));
  const claimKey = {
    tenant: principal.tenant,
    caller: claimant(principal),
    route: `${route.method} ${route.path}`,
    key,
  };
  const onceMine = async (claim: Claim): Promise<Worked> => {
    const asking = await now(); // a refusal here is not kept under the Idempotency-Key
    return doing(asking, claim).catch((error: unknown) => {
      if (error instanceof ClaimLost) throw error;
      // A refusal is an answer too. Once a run was made, the same key gets the same one again.
      return { answer: renderProblem(error, where, factsOf(req).log), line: undefined };
    });
  };
  return once(services, claimKey, hashInput(input), onceMine, now);
}

const FRESH_MS = 100; // most reads are answered within it and cost one look at the key

/**
 * Looks the key up again just before the handler acts: a body may arrive slowly, and a repetition may wait for the first
 * request's answer. For routes that only read it does so only when that took longer than `FRESH_MS`.
 */
function whoAsksNow({ deps }: Services, { scope }: Route, principal: Principal): () => Promise<Principal> {
  const seenAt = performance.now();
  return async () => {
    if (scope === null || (scope === 'read' && performance.now() - seenAt < FRESH_MS)) return principal;
    const now = await renew(deps, principal);
    requireScope(now, scope);
    return now;
  };
}

async function identify(
  { deps, limiter, connections }: Services,
  route: Route,
  req: Request,
  res: Response,
): Promise<Principal> {
  const principal = await whoAsks(deps, route, req).catch(async (error: unknown) => {
    await spend({ limiter }, `ip:${req.ip}`, res); // guessing keys is limited like anything else
    throw error;
  });
  if (!isGuest(principal)) connections.isKnown(req, res);
  else if (route.limited !== false) connections.refuseOver(req);
  return principal;
}

async function whoAsks(deps: ApiDeps, route: Route, req: Request): Promise<Principal> {
  if (route.scope === null) return NOBODY;
  return route.visitors ? authenticateVisitor(deps, req) : authenticate(deps, req);
}

/** Takes one of the caller's tokens; the answer's headers say how many are left. */
export async function spend(
  { limiter }: Pick<Services, 'limiter'>,
  caller: string,
  res?: Response,
): Promise<void> {
  const verdict = await limiter.take(caller);
  if (verdict === null) return;
  if (res) for (const [name, value] of Object.entries(limitHeaders(verdict))) res.setHeader(name, value);
  if (!verdict.allowed) throw rateLimited(verdict);
}

/** The key, else the user the request names, else the address. */
function callerOf(route: Route, principal: Principal, raw: RawInput | undefined, req: Request): string {
  if (principal.keyId !== null) return `key:${principal.keyId}`;
  const [part, name] = (route.user?.split('.') ?? []) as ['params' | 'body' | undefined, string | undefined];
  const source = part && raw?.[part];
  const user =
    name !== undefined && typeof source === 'object' && source !== null
      ? (source as Record<string, unknown>)[name]
      : undefined;
  return typeof user === 'string' && user.length <= 128 ? `user:${user}` : `ip:${req.ip}`;
}

async function work(
  services: Services,
  route: Route,
  req: Request,
  res: Response,
  principal: Principal,
  input: RawInput,
  claim: Claim | undefined,
): Promise<Worked> {
  const ctx: Ctx = { ...beginCtx(services, req, res, principal), claim };
  const answer = renderAnswer(
    route,
    await route.handler(ctx, input),
    services.deps.settings.validateResponses,
  );
  if (!changesSomething(route)) return { answer, line: undefined };
  const object = ctx.path.split('?')[0] ?? '/';
  return { answer, line: lineOf(ctx, `${ctx.method} ${route.path}`, object, { status: answer.status }) };
}

/**
 * The act is done, and an answer that denied it would be worse than a missing line. A line that cannot be written goes
 * to the log.
 */
async function record({ auditor, deps }: Services, { answer, line }: Worked): Promise<Rendered> {
  if (line !== undefined)
    await auditor
      .append(line)
      .catch(() => auditor.append(line)) // a connection may have been cut; a line that is there twice has one request_id
      .catch((error: unknown) => deps.log.error({ err: error, line }, 'an audit line was not written'));
  return answer;
}

/** The line keeps what the key was allowed at the time, because that may change. */
function lineOf(
  { principal, requestId }: Pick<Ctx, 'principal' | 'requestId'>,
  action: string,
  object: string,
  data: JsonObject,
): AuditEntry {
  const authority = principal.keyId === null ? {} : { authority: authorityOf(principal) };
  return {
    tenant: principal.tenant,
    actor: actorOf(principal),
    action,
    object,
    data: { ...data, ...authority, request_id: requestId },
  };
}

const changesSomething = ({ method, scope }: Route): boolean =>
  method !== 'get' && scope !== null && scope !== 'read';

/** The context of a request that is answered over `res`. */
export function beginCtx(
  services: Pick<Services, 'deps' | 'auditor'>,
  req: Request,
  res: Response,
  principal: Principal,
): Ctx {
  return ctxFor(services, req, principal, goneWith(res));
}

/** Aborted when the client of `res` is gone. */
export function goneWith(res: Response): AbortSignal {
  const gone = new AbortController();
  if (res.destroyed) gone.abort();
  else res.once('close', () => gone.abort());
  return gone.signal;
}

/** The context of any request, upgrades included. */
export function ctxFor(
  { deps, auditor }: Pick<Services, 'deps' | 'auditor'>,
  req: IncomingMessage,
  principal: Principal,
  signal: AbortSignal,
): Ctx {
  const { id, log, shownUrl } = factsOf(req);
  return {
    deps,
    principal,
    requestId: id,
    log,
    method: req.method ?? 'GET',
    path: shownUrl,
    ip: clientAddress(req, deps.settings.trustProxy),
    header: (name) => [req.headers[name.toLowerCase()]].flat()[0],
    signal,
    claim: undefined,
    audit: auditAs({ auditor }, principal, id),
  };
}

/** The same context with the principal as it is now. */
export const withPrincipal = (services: Pick<Services, 'auditor'>, ctx: Ctx, principal: Principal): Ctx => ({
  ...ctx,
  principal,
  audit: auditAs(services, principal, ctx.requestId),
});

const auditAs =
  ({ auditor }: Pick<Services, 'auditor'>, principal: Principal, requestId: string): Ctx['audit'] =>
  async (action, object, data = {}) =>
    void (await auditor.append(lineOf({ principal, requestId }, action, object, data)));

export const actorOf = ({ subject, keyId }: Principal): string =>
  keyId === null ? (subject ?? 'local') : `${subject ?? 'operator'} (${keyId})`;
