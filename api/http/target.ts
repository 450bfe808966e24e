import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { ApiError, buildProblem, PROBLEM_TYPE } from '../problem.ts';

/** `//mip003//x` is `/mip003/x`: clients join addresses that end and begin with a slash. The query stays as it is. */
export function foldSlashes(req: Pick<IncomingMessage, 'url'>): void {
  const [path = '', ...query] = (req.url ?? '').split('?');
  if (path.startsWith('/')) req.url = [path.replaceAll(/\/{2,}/g, '/'), ...query].join('?');
}

/**
 * Refuses a request target that is neither a path nor a URL (RFC 9112, 3.2). Express has no route for it, so it would
 * not answer in our error format.
 */
export const refuseBadTargets =
  (app: RequestListener): RequestListener =>
  (req, res) => {
    foldSlashes(req);
    const { url = '' } = req;
    if (url.startsWith('/') || url === '*' || URL.canParse(url)) return app(req, res);
    const error = new ApiError('invalid_path', 'The request names no path; send one that begins with "/".');
    const problem = buildProblem(error, { instance: '/', requestId: randomUUID(), style: undefined });
    const body = JSON.stringify(problem);
    res.writeHead(problem.status, {
      'content-type': PROBLEM_TYPE,
      'content-length': Buffer.byteLength(body),
    });
    res.end(body);
  };
