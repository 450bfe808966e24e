import express, { Router, type Express, type Request, type RequestHandler, type Response } from 'express';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { ProviderDefinition, RunningProvider } from './definition.ts';
import type { PaidWork } from './paid-work.ts';
import { readProof } from './payment.ts';
import { handleErrors, sendProblem } from './problems.ts';

const VERSION = '1.0.0';

export interface ProviderAppOptions {
  definition: ProviderDefinition;
  running: RunningProvider<unknown>;
  paid: PaidWork;
  /** Payments are made up, and answers say so. */
  isMock: boolean;
}

/** The routes of one provider, without a socket. */
export function createProviderApp(options: ProviderAppOptions): Express {
  const { definition, running } = options;
  const { title, method, path } = definition;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(express.json({ limit: '1mb' }));
  const router = Router();
  router.get(
    '/',
    (_request, response) => void response.json({ service: title, status: 'running', version: VERSION }),
  );
  router.get('/health', (_request, response) => void response.json({ status: 'healthy' }));
  if (method === 'GET') router.get(path, sell(options));
  else router.post(path, sell(options));
  running.routes?.(router);
  app.use(router);
  app.use(refuseOther(router));
  app.use(handleErrors);
  return app;
}

/** Bad input is refused before the payment is looked at, so that nobody's payment is used up by it. */
function sell({ definition: { method, input }, running, paid, isMock }: ProviderAppOptions): RequestHandler {
  return async (request, response) => {
    const values: unknown = method === 'GET' ? request.query : (request.body ?? {});
    const parsed = input.safeParse(values);
    if (!parsed.success) {
      const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
      return sendProblem(response, { status: 400, detail: lines.join('; ') });
    }
    const read = readProof(values);
    if (!read.ok)
      return sendProblem(response, {
        status: 402,
        detail: `Pay through the router first; then say ${read.missing.join(', ')}.`,
        missing: read.missing,
      });
    const { taskId } = read.proof;
    const outcome = await paid.once(read.proof, () => running.work(parsed.data, taskId));
    if ('problem' in outcome) return sendProblem(response, outcome.problem);
    const { serviceCallHash } = values as JsonObject;
    response.json({ ...outcome.answer, taskId, serviceCallHash, ...(isMock && { mock: true }) });
  };
}

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  match(path: string): boolean;
}

/** 405 for a path that exists, 404 for one that does not. */
function refuseOther(router: Router) {
  return (request: Request, response: Response): void => {
    const layers = router.stack as unknown as Layer[];
    const methods = layers
      .filter((layer) => layer.route !== undefined && layer.match(request.path))
      .flatMap(({ route }) => Object.keys(route!.methods))
      .map((name) => name.toUpperCase());
    if (methods.length === 0)
      return sendProblem(response, { status: 404, detail: 'There is nothing at this path.' });
    response.set('allow', [...new Set(methods)].join(', '));
    sendProblem(response, { status: 405, detail: `Use ${methods.join(' or ')} here.` });
  };
}
