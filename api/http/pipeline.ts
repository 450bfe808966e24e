import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { Auditor } from '../../db/repositories/audit.ts';
import type { Principal } from '../../schemas/core/principal.ts';
import type { ApiDeps, Ctx } from '../context.ts';
import type { FamilyModule } from '../family.ts';
import type { Limits } from '../limits.ts';
import { authenticate, authenticateVisitor, isGuest, NOBODY, requireScope } from '../middleware/auth.ts';
import { claimant, hashInput, once, readKey, type Claim } from '../middleware/idempotency.ts';
import { limitHeaders, rateLimited, type RateLimiter } from '../middleware/rate-limit.ts';
import { factsOf } from '../middleware/request.ts';
import type { ProblemStyle, Where } from '../problem.ts';
import type { Route } from '../route.ts';
import type { Backlog } from '../stream/backlog.ts';
import type { OpenStreams } from '../stream/open-streams.ts';
import { clientAddress } from './address.ts';
import type { Connections } from './connections.ts';
import { parseInput, readInput, type RawInput } from './parse.ts';
import { renderAnswer, renderProblem, send, type Rendered } from './render.ts';

/** What requests share within one application. */
export interface Services {
  deps: ApiDeps;
  limiter: RateLimiter;
  auditor: Auditor;
  /** Aborted when the process is about to end: open streams say goodbye. */
  draining: AbortSignal;
  limits: Limits;
  connections: Connections;
  openStreams: OpenStreams;
  backlogs: () => Backlog;
}

/** A route as an Express handler: authenticate, limit, read, check, work once, record, answer. */
export function serve(services: Services, route: Route, family?: FamilyModule) {
  return async (req: Request, res: Response): Promise<void> => {
    const where = whereOf(req, family?.problems);
    const { log } = factsOf(req);
    const answer = await answerTo(services, route, req, res, where).catch((error: unknown) =>
      renderProblem(error, where, log),
    );
    send(res, answer);
  };
}

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
  const reading = await readInput(route, req).then(
    (raw) => ({ raw }),
    (error: unknown) => ({ error }),
  );
  const raw = 'raw' in reading ? reading.raw : undefined;
  if (route.limited !== false) await spend(services, callerOf(route, principal, raw, req), res);
  if (raw === undefined) throw (reading as { error: unknown }).error;
  if (route.scope !== null) requireScope(principal, route.scope);
  const input = parseInput(route, raw);
  const key = route.idempotent ? readKey(req.get('idempotency-key')) : undefined;
  if (key === undefined) return work(services, route, req, res, principal, input, undefined);
  const claimKey = {
    tenant: principal.tenant,
    caller: claimant(principal),
    route: `${route.method} ${route.path}`,
    key,
  };
  return once(services.deps, claimKey, hashInput(input), (claim) =>
    // Refusals are answers too: the same key gets the same refusal again.
    work(services, route, req, res, principal, input, claim).catch((error: unknown) =>
      renderProblem(error, where, factsOf(req).log),
    ),
  );
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

/** Takes a token of the caller's, and says on the answer how many are left. */
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
): Promise<Rendered> {
  const ctx: Ctx = { ...beginCtx(services, req, res, principal), claim };
  const answer = renderAnswer(
    route,
    await route.handler(ctx, input),
    services.deps.settings.validateResponses,
  );
  if (changesSomething(route)) await record(ctx, route, answer.status);
  return answer;
}

/** The act is done: an answer that denied it would be the greater lie, so a line that cannot be written goes to the log. */
async function record(ctx: Ctx, route: Route, status: number): Promise<void> {
  const line = [`${ctx.method} ${route.path}`, ctx.path.split('?')[0] ?? '/', { status }] as const;
  await ctx
    .audit(...line)
    .catch((error: unknown) =>
      ctx.log.error({ err: error, line, by: actorOf(ctx.principal) }, 'an audit line was not written'),
    );
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
    audit: (action, object, data = {}) =>
      auditor.append({
        tenant: principal.tenant,
        actor: actorOf(principal),
        action,
        object,
        data: { ...data, request_id: id },
      }),
  };
}

export const actorOf = ({ subject, keyId }: Principal): string =>
  keyId === null ? (subject ?? 'local') : `${subject ?? 'operator'} (${keyId})`;
