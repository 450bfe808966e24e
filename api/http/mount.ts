import express, { type Request, type RequestHandler, type Router } from 'express';
import type { FamilyModule } from '../family.ts';
import { factsOf } from '../middleware/request.ts';
import { ApiError } from '../problem.ts';
import type { Route } from '../route.ts';
import { isStorable } from './json-source.ts';
import { renderProblem, send } from './render.ts';
import { serve, styleOf, whereOf, type Services } from './pipeline.ts';

/** A route with the family that answers it; none for the engine's own. */
export interface Mounted {
  route: Route;
  family: FamilyModule | undefined;
  /** Streams answer for themselves. */
  handler?: RequestHandler;
}

/** Mounts routes, the most specific path first, and answers 405 and OPTIONS for what is left of each path. */
export function mountRoutes(services: Services, mounted: readonly Mounted[]): Router {
  const router = express.Router({ caseSensitive: true });
  const byPath = Map.groupBy(mounted, ({ route }) => route.path);
  for (const path of [...byPath.keys()].toSorted(bySpecificity)) {
    const here = byPath.get(path) ?? [];
    const at = router.route(path);
    const known = here[0]?.route.matches;
    if (known !== undefined)
      at.all(async (req, _res, next) => {
        if (await known(req.params as Record<string, string>)) next();
        else next('route');
      });
    for (const { route, family, handler } of here)
      at[route.method](handler ?? serve(services, route, family));
    const allow = allowed(here.map(({ route }) => route.method.toUpperCase()));
    at.options((req, res, next) => {
      if (canExist(req)) res.status(204).setHeader('allow', allow).end();
      else next('router'); // leads to 404
    });
    at.all((req, res, next) => {
      if (!canExist(req)) return next('router');
      const error = new ApiError('method_not_allowed', `${req.method} is not possible here; try ${allow}.`, {
        headers: { allow },
      });
      return send(
        res,
        renderProblem(error, whereOf(req, styleOf(services, here[0]?.family)), factsOf(req).log),
      );
    });
  }
  return router;
}

/** False when a parameter has characters that no stored id can have. */
const canExist = ({ params }: Request): boolean => Object.values(params).flat().every(isStorable);

function allowed(methods: string[]): string {
  if (methods.includes('GET')) methods.push('HEAD');
  return [...methods, 'OPTIONS'].join(', ');
}

/** Fixed segments before parameters, compared from the left, so that "/services/health" wins over "/services/:id". */
function bySpecificity(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = Number(left[i]!.startsWith(':')) - Number(right[i]!.startsWith(':'));
    if (difference !== 0) return difference;
  }
  return right.length - left.length;
}
