import {
  ApplicationFailure,
  isGrpcServiceError,
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { EngineError } from '../domain/errors.ts';
import { grpcTrouble, ownTrouble, TROUBLE_ANSWERS, type Trouble } from '../domain/outside-errors.ts';
import { ApiError } from './problem.ts';

/** Any thrown thing as a refusal; undefined when it is a bug, which is answered 500 without a word about it. */
export function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof EngineError)
    return new ApiError(error.code, error.message, { headers: headersOf(error) });
  if (error instanceof WorkflowUpdateFailedError) return fromUpdate(error);
  if (error instanceof URIError)
    return new ApiError('invalid_path', 'The path is not valid percent-encoding.');
  const trouble = troubleOf(error);
  return trouble === undefined || trouble === 'bug' ? undefined : answerTo(trouble);
}

/** Only a catalogue that is away is worth another try. */
const headersOf = ({ code }: EngineError): Record<string, string> =>
  code === 'discovery_unavailable' ? { 'retry-after': '5' } : {};

function answerTo(trouble: Exclude<Trouble, 'bug'>, said?: string): ApiError {
  const { code, detail, retryAfter } = TROUBLE_ANSWERS[trouble];
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return new ApiError(code, said ?? detail, { headers });
}

export const unavailable = (detail?: string): ApiError => answerTo('down', detail);

const ENDED_MEANWHILE = 'AcceptedUpdateCompletedWorkflow'; // Temporal's name for it

/** A workflow refused an update: the failure's type is the code. */
function fromUpdate(error: WorkflowUpdateFailedError): ApiError | undefined {
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || !cause.type) return undefined;
  if (cause.type === ENDED_MEANWHILE)
    return new ApiError('invalid_state', 'The run ended meanwhile. Read it again.');
  return new ApiError(cause.type, cause.message);
}

/** What an error, or one that it wraps, says about a part outside; undefined when none of them is from outside. */
export function troubleOf(error: unknown): Trouble | undefined {
  for (
    let current: unknown = error, depth = 0;
    current instanceof Error && depth < 6;
    current = current.cause, depth++
  ) {
    const trouble = troubleOfOne(current);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

function troubleOfOne(error: Error): Trouble | undefined {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'down';
  if (error instanceof WorkflowNotFoundError) return 'not_found';
  if (error instanceof QueryNotRegisteredError) return 'repair'; // the workflow's code fails before it registers queries
  if (isGrpcServiceError(error)) return grpcTrouble(error.code, error.message);
  if (error instanceof AggregateError)
    return error.errors.map(troubleOf).find((trouble) => trouble !== undefined);
  return ownTrouble(error);
}

const PASSING: ReadonlySet<Trouble | undefined> = new Set<Trouble>([
  'down',
  'read_only',
  'busy',
  'repair',
  'misconfigured',
]);

/** True when the database or Temporal could not do it now, whatever layer says so. It was not refused. */
export const isUnavailable = (error: unknown): boolean => PASSING.has(troubleOf(error));
