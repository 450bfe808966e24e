import { Router, type Request, type Response } from 'express';
import type { JsonObject } from '../../schemas/core/json.ts';
import { readForm, refusedForm } from './form.ts';
import type { Parts } from './parts.ts';
import { answerProblem } from './problems.ts';
import type { OpenLock, Run } from './run.ts';

/** The forms of locks, and answers to them. */
export function createLockRouter(parts: Parts): Router {
  const router = Router();
  router.get('/lock/:fid/:lid', (request, response) => {
    const lock = openLock(parts, request, response)?.lock;
    // Kodosumi drops passwords from the forms of locks.
    if (lock) response.json(lock.elements.filter(({ type }) => type !== 'password'));
  });
  router.post('/lock/:fid/:lid', (request, response) => {
    const found = openLock(parts, request, response);
    if (found) answer(found.run, found.lock, request, response);
  });
  return router;
}

function openLock(
  { runs }: Parts,
  request: Request,
  response: Response,
): { run: Run; lock: OpenLock } | undefined {
  const [fid, lid] = [String(request.params['fid']), String(request.params['lid'])];
  const run = runs.any(fid);
  const lock = run?.locks.get(lid);
  if (run && lock) return { run, lock };
  answerProblem(request, response, 404, `Lock ${lid} for ${fid} not found.`);
  return undefined;
}

/** Everything that was posted goes to the lease, not only what the form names. */
function answer(run: Run, lock: OpenLock, request: Request, response: Response): void {
  const posted = (request.body ?? {}) as JsonObject;
  const inputs = { ...posted, ...readForm(lock.elements, posted) };
  const leased = run.flow.leases?.[lock.name]?.(inputs, lock.data) ?? { result: inputs };
  if ('errors' in leased) return void response.json(refusedForm(leased.errors, lock.elements));
  if (leased.result !== null) lock.lease(leased.result);
  response.json({ result: leased.result, elements: lock.elements });
}
