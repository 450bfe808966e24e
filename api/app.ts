import cors from 'cors';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { createAuditor } from '../db/repositories/audit.ts';
import type { ServedApi } from './family.ts';
import { coreRoutes, coreStreams } from './core/index.ts';
import { withCurl } from './docs/curl.ts';
import { mountDocuments } from './docs/routes.ts';
import { createConnections } from './http/connections.ts';
import { mountRoutes, type Mounted } from './http/mount.ts';
import { whereOf, type Services } from './http/pipeline.ts';
import { renderProblem, send } from './http/render.ts';
import { limitNames } from './http/spelling.ts';
import { LIMITS, type Limits } from './limits.ts';
import { checkHost } from './middleware/host-guard.ts';
import { createKeyWatch } from './keys/watch.ts';
import { createRateLimiter } from './middleware/rate-limit.ts';
import { factsOf, trackRequests } from './middleware/request.ts';
import { buildDocument } from './openapi.ts';
import { ApiError, type ProblemStyle } from './problem.ts';
import { createBacklogs } from './stream/backlog.ts';
import { createHub, type Hub } from './stream/hub.ts';
import { countStreams } from './stream/open-streams.ts';
import { serveStream } from './stream/sse.ts';
import { documentStream } from './stream/document.ts';
import type { MountedStream } from './stream/websocket.ts';

/** What one API process shares between its Express application and its sockets. */
export interface Parts {
  services: Services;
  hub: Hub;
  streams: MountedStream[];
}

export function createParts(
  deps: ServedApi,
  draining: AbortSignal = new AbortController().signal,
  limits: Limits = LIMITS,
): Parts {
  const { settings } = deps;
  const own = (family: ServedApi['families'][number]): MountedStream[] =>
    (family.streams ?? []).map((stream) => ({ stream, family }));
  const keys = createKeyWatch(deps.db.pool, deps.log);
  return {
    services: {
      deps,
      ownStyle: { codes: Object.assign({}, ...deps.families.map(({ ownCodes }) => ownCodes)) },
      keys,
      limiter: createRateLimiter(deps.db.pool, settings.rateLimitPerMinute),
      auditor: createAuditor(deps.db),
      draining,
      limits,
      limitNames: limitNames(deps.families.flatMap(({ routes }) => routes)),
      connections: createConnections(settings.connections, settings.trustProxy, limits),
      openStreams: countStreams(settings.connections.streamsPerKey),
      backlogs: createBacklogs(limits),
    },
    hub: createHub(deps, keys),
    streams: [...coreStreams.map((stream) => ({ stream, family: undefined })), ...deps.families.flatMap(own)],
  };
}

/** The whole HTTP API without a socket. Its hub connects to the database when the first stream is opened. */
export function createApp(deps: ServedApi, parts: Parts = createParts(deps)): Express {
  const { services, hub, streams } = parts;
  const mounted: Mounted[] = [
    ...coreRoutes(deps.families).map((route) => ({ route, family: undefined })),
    ...deps.families.flatMap((family) => family.routes.map((route) => ({ route, family }))),
    ...streams.map(({ stream, family }) => ({
      route: documentStream(stream),
      family,
      handler: serveStream(services, hub, stream, family),
    })),
  ];
  const description = withCurl(buildDocument(deps.settings.version, deps.families, mounted));
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', deps.settings.trustProxy);
  // A refused page of an origin that CORS lets in can read why.
  app.use(trackRequests(deps.log), security(), ...crossOrigin(deps), guardHost(deps));
  app.use(mountRoutes(services, [...mounted, ...mountDocuments(description)]));
  app.use(notFound(deps), failed(deps));
  return app;
}

/** Answers are data, or our own pages with our own scripts: nothing else may run. */
function security(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false, // the proxy that terminates TLS says it
  });
}

const guardHost =
  (deps: ServedApi): RequestHandler =>
  (req, _res, next) => {
    checkHost(req, deps.settings);
    next();
  };

function crossOrigin({ settings: { corsOrigins } }: ServedApi): RequestHandler[] {
  if (corsOrigins.length === 0) return [];
  const exposedHeaders = [
    'x-request-id',
    'Idempotent-Replayed',
    'Retry-After',
    'RateLimit',
    'RateLimit-Policy',
  ];
  return [cors({ origin: corsOrigins.includes('*') ? '*' : corsOrigins, exposedHeaders, maxAge: 600 })];
}

/** A family's errors look like the family's, also where it has no route. */
function styleAt(deps: ServedApi, path: string): ProblemStyle | undefined {
  const owns = (prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);
  return deps.families.find((family) => family.prefixes?.some(owns))?.problems;
}

const notFound =
  (deps: ServedApi): RequestHandler =>
  (req, res) => {
    const error = new ApiError(
      'route_not_found',
      `There is no ${req.method} ${req.path}; see /docs for what there is.`,
    );
    send(res, renderProblem(error, whereOf(req, styleAt(deps, req.path)), factsOf(req).log));
  };

const failed =
  (deps: ServedApi): ErrorRequestHandler =>
  // Express knows an error handler by its four parameters.
  (error: unknown, req, res, _next) => {
    send(res, renderProblem(error, whereOf(req, styleAt(deps, req.path)), factsOf(req).log));
  };
