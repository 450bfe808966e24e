import type { NextFunction, Request, Response } from 'express';

const CLASSES: { [status: number]: string } = {
  400: 'ClientException',
  401: 'NotAuthorizedException',
  404: 'NotFoundException',
  413: 'HTTPException',
};

/** An error in the shape Kodosumi's handler gives it. */
export function answerProblem(request: Request, response: Response, status: number, detail: string): void {
  const error = CLASSES[status] ?? 'HTTPException';
  response.status(status).json({ error, path: request.path, detail, status_code: status });
}

/** Last in the app. */
export function handleProblems(
  error: unknown,
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (response.headersSent) return next(error);
  const { status } = error as { status?: unknown };
  answerProblem(request, response, typeof status === 'number' ? status : 500, String(error));
}
