import type { NextFunction, Request, Response } from 'express';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  402: 'Payment Required',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** What is wrong, as problem+json. `retryAfter`: seconds after which the same request may succeed. */
export interface Problem {
  status: number;
  detail: string;
  /** Fields that a payment is proven with and that are not there. */
  missing?: readonly string[] | undefined;
  retryAfter?: number | undefined;
}

export function sendProblem(response: Response, { status, detail, missing, retryAfter }: Problem): void {
  if (retryAfter !== undefined) response.set('retry-after', String(retryAfter));
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: TITLES[status] ?? 'Error',
        status,
        detail,
        ...(missing !== undefined && { missing }),
      }),
    );
}

/** Last in an app. What a body parser refuses is the caller's error; anything else is ours and is not described. */
export function handleErrors(
  error: unknown,
  _request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (response.headersSent) return next(error);
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (typeof status !== 'number' || status < 400 || status > 499)
    return sendProblem(response, {
      status: 500,
      detail: 'Something broke here; send the same request again.',
    });
  sendProblem(response, { status, detail: WORDS[String(type)] ?? 'The request cannot be read.' });
}

const WORDS: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'The body is no JSON.',
  'entity.too.large': 'The body is larger than 1 MiB.',
};
