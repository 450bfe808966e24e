import { Router, type Request, type Response } from 'express';
import type { Parts } from './parts.ts';
import { answerProblem } from './problems.ts';
import { statusOf, timelineItem } from './run-status.ts';
import type { Run } from './run.ts';
import { STREAMS, streamRun } from './stream.ts';

const EXTENDED_MS = 600_000;

/** Status, streams and timeline of runs, and ending them. */
export function createOutputRouter(parts: Parts): Router {
  const router = Router();
  router.get('/outputs/status/:fid', async (request, response) => {
    const run = await found(parts, request, response, isExtended(request, 'false'));
    if (run) response.json(statusOf(run));
  });
  for (const name of ['main', 'stdio', 'stream'] as const)
    router.get(`/outputs/${name}/:fid`, async (request, response) => {
      const run = await found(
        parts,
        request,
        response,
        isExtended(request, name === 'main' ? 'true' : 'false'),
      );
      const kind = { kinds: STREAMS[name], raw: name === 'stream' || 'raw' in request.query };
      if (run) await streamRun(run, response, kind, parts.times, parts.faults);
    });
  router.delete('/outputs/:fid', async (request, response) => {
    const run = await found(parts, request, response, false);
    if (!run) return;
    run.kill();
    parts.runs.archive(run.fid);
    parts.log(`killed and archived ${run.fid}`);
    response.status(204).end();
  });
  router.get('/timeline/list', (request, response) => {
    response.json(timeline(parts, request));
  });
  return router;
}

const isExtended = ({ query }: Request, fallback: string): boolean =>
  String(query['extended'] ?? fallback) === 'true';

async function found(
  { runs, times }: Parts,
  request: Request,
  response: Response,
  extended: boolean,
): Promise<Run | undefined> {
  const fid = String(request.params['fid']);
  const waitMs = extended ? EXTENDED_MS : times.notFoundAfterMs;
  const run = await runs.wait(fid, waitMs);
  if (!run) answerProblem(request, response, 404, `Execution ${fid} not found after ${waitMs / 1000}s.`);
  return run;
}

function timeline({ runs }: Parts, { query }: Request): object {
  const size = Number(query['pp'] ?? 10);
  const offset = typeof query['offset'] === 'string' ? query['offset'] : undefined;
  const items = runs
    .all()
    .filter(({ fid }) => offset === undefined || fid < offset)
    .slice(0, size)
    .map(timelineItem);
  return { items, query: query['q'] ?? null, offset: items.at(-1)?.['fid'] ?? null };
}
