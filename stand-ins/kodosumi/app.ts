import express, { type Express, type Request, type Response } from 'express';
import { disturb } from './faults.ts';
import { createFileRouter } from './file-routes.ts';
import { createFlowRouter } from './flow-routes.ts';
import { createLockRouter } from './lock-routes.ts';
import { createOutputRouter } from './output-routes.ts';
import type { Parts } from './parts.ts';
import { answerProblem, handleProblems } from './problems.ts';

/** The API of Kodosumi 1.1.0 without a socket. Every answer says that it comes from a stand-in. */
export function createStandInApp(parts: Parts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response, next) => {
    response.setHeader('x-stand-in', 'kodosumi');
    next();
  });
  app.use(disturb(parts.faults));
  app.use(express.json({ limit: '20mb' }));
  app.post('/api/login', (request, response) => signIn(parts, request, response, request.body));
  app.get('/login', (request, response) => signIn(parts, request, response, request.query));
  app.post('/login', express.urlencoded(), (request, response) =>
    signIn(parts, request, response, request.body),
  );
  app.use(parts.sessions.guard);
  app.get(
    '/health',
    (_request, response) => void response.json({ kodosumi_version: '1.1.0', stand_in: true }),
  );
  app.use(createFlowRouter(parts));
  app.use(createOutputRouter(parts));
  app.use(createLockRouter(parts));
  app.use(createFileRouter(parts));
  app.use((request, response) => answerProblem(request, response, 404, 'Not Found'));
  app.use(handleProblems);
  return app;
}

function signIn({ sessions }: Parts, request: Request, response: Response, given: unknown): void {
  const { name, password } = (given ?? {}) as { name?: unknown; password?: unknown };
  const token = sessions.signIn(name, password);
  if (token === undefined) return answerProblem(request, response, 401, 'Invalid name or password');
  response.cookie('kodosumi_jwt', token, { path: '/', sameSite: 'lax' });
  response.json({ name, id: '00000000-0000-4000-8000-000000000000', KODOSUMI_API_KEY: token });
}
