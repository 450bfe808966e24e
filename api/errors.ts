import {
  ApplicationFailure,
  isGrpcServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { EngineError } from '../domain/errors.ts';
import { ApiError } from './problem.ts';

/** Any thrown thing as a refusal; undefined when it is a bug, which is answered 500 without a word about it. */
export function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof EngineError) return new ApiError(error.code, error.message);
  if (error instanceof WorkflowUpdateFailedError) return fromUpdate(error);
  if (error instanceof URIError)
    return new ApiError('invalid_path', 'The path is not valid percent-encoding.');
  if (isUnavailable(error)) return unavailable();
  return undefined;
}

export const unavailable = (
  detail = 'A part this needs is down at the moment. Try again; with an Idempotency-Key that is always safe.',
): ApiError => new ApiError('unavailable', detail, { headers: { 'retry-after': '2' } });

/** A workflow refused an update: the failure's type is the code. */
function fromUpdate(error: WorkflowUpdateFailedError): ApiError | undefined {
  const { cause } = error;
  return cause instanceof ApplicationFailure && cause.type
    ? new ApiError(cause.type, cause.message)
    : undefined;
}

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
const GRPC_DOWN = new Set([4, 8, 14]); // DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE

/** True when the database or Temporal could not be reached, whatever layer says so. */
export function isUnavailable(error: unknown): boolean {
  for (
    let current: unknown = error, depth = 0;
    current instanceof Error && depth < 6;
    current = current.cause, depth++
  ) {
    if (current instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
    if (isGrpcServiceError(current)) return GRPC_DOWN.has(current.code);
    if (current instanceof AggregateError && current.errors.some(isUnavailable)) return true;
    if (isDatabaseDown(current)) return true;
  }
  return false;
}

/** Socket errors, SQLSTATE classes 08 (connection), 53 (resources) and 57P (shutdown), 25P03 (stopped too long), and pg's own words. */
function isDatabaseDown(error: Error): boolean {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return NETWORK.has(code) || /^(08|53|57P|25P03)/.test(code);
  return /^(Connection terminated|timeout exceeded when trying to connect|Cannot use a pool after)/.test(
    error.message,
  );
}
