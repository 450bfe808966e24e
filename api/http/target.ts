import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { ApiError, buildProblem, PROBLEM_TYPE } from '../problem.ts';

/**
 * Refuses a request target that is neither a path nor a URL (RFC 9112, 3.2). Express has no route for it, so it would
 * not answer in our error format.
 */
export const refuseBadTargets =
  (app: RequestListener): RequestListener =>
  (req, res) => {
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
