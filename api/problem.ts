import type { Problem } from '../schemas/core/problem.ts';
import type { FieldErrors } from '../domain/questions/check-form.ts';
import { meaningOf, type CodeMeaning } from './problem-codes.ts';

export interface FieldError {
  path: string;
  message: string;
  code: string;
}

interface ApiErrorParts {
  errors?: FieldError[];
  /** More members of the body, e.g. the ids of a run that exists although the answer is an error. */
  members?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
}

/** A refusal with a problem code; `detail` is a sentence that says what to do, safe to show. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly errors: FieldError[] | undefined;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, detail: string, parts: ApiErrorParts = {}) {
    super(detail);
    this.code = code;
    this.errors = parts.errors;
    this.members = parts.members ?? {};
    this.headers = parts.headers ?? {};
  }
}

/** Refused values, each with its field. */
export const invalidInput = (errors: FieldErrors): ApiError => {
  const all = Object.entries(errors).flatMap(([path, messages]) =>
    messages.map((message) => ({ path, message, code: 'invalid' })),
  );
  const [first] = all;
  const detail = first === undefined ? 'The input is not valid.' : `${first.path}: ${first.message}`;
  return new ApiError('invalid_input', detail, { errors: all });
};

/** How a family's errors look: its aliases of the members, its statuses and its words for the core's codes. */
export interface ProblemStyle {
  /** Members added to the body, e.g. `{success: false, error: problem.detail}`. */
  alias?(problem: Problem): Record<string, unknown>;
  /** Code to status and title, where the family's contract differs or adds. */
  codes?: Readonly<Record<string, CodeMeaning>>;
  /** The core's code to the family's, e.g. `idempotency_key_reused` to `idempotency_conflict`. */
  rename?: Readonly<Record<string, string>>;
  /** The family's code where the core's alone does not decide it; undefined: as `rename` says. */
  recode?(error: ApiError): string | undefined;
}

export interface Where {
  instance: string;
  requestId: string;
  style: ProblemStyle | undefined;
}

/** The one builder of error bodies (common.md, "Errors"). */
export function buildProblem(error: ApiError, { instance, requestId, style = {} }: Where): Problem {
  const code = style.recode?.(error) ?? style.rename?.[error.code] ?? error.code;
  const { status, title } = meaningOf(code, style.codes, error.code);
  const problem: Problem = {
    type: `urn:steward:error:${code}`,
    title,
    status,
    detail: error.message,
    instance,
    request_id: requestId,
    code,
    error_code: code.toUpperCase(),
    message: error.message,
    ...error.members,
    ...(error.errors && { errors: error.errors }),
  };
  return { ...problem, ...style.alias?.(problem) };
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
