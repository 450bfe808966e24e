import {
  ApplicationFailure,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../domain/errors.ts';
import { GRPC_TROUBLES, SQL_CLASSES } from '../domain/outside-errors.ts';
import { isUnavailable, toApiError, troubleOf } from './errors.ts';
import { buildProblem } from './problem.ts';

const SECRET = 'words of the server at 10.0.0.1';

/** As the client library throws it: its own error around gRPC's. */
function grpc(code: number, words = SECRET): Error {
  const cause = Object.assign(new Error(`${code} X: ${words}`), { code, details: words, metadata: {} });
  return new ServiceError('Failed to update Workflow', { cause });
}

const sql = (code: string): Error => Object.assign(new Error(SECRET), { code, severity: 'ERROR' });

/** Status and Retry-After as a client sees them; 500 for a bug. */
function answerTo(error: unknown): [status: number, retryAfter: number | undefined] {
  const known = toApiError(error);
  if (known === undefined) return [500, undefined];
  const problem = buildProblem(known, { instance: '/', requestId: 'r', style: undefined });
  expect(JSON.stringify(problem)).not.toContain(SECRET);
  const after = known.headers['retry-after'];
  return [problem.status, after === undefined ? undefined : Number(after)];
}

describe('what Temporal says', () => {
  const BY_CODE: [status: number, retryAfter?: number][] = [
    [500], // OK
    [503, 2], // CANCELLED
    [503, 2], // UNKNOWN
    [500], // INVALID_ARGUMENT
    [503, 2], // DEADLINE_EXCEEDED
    [404], // NOT_FOUND
    [409], // ALREADY_EXISTS
    [503, 30], // PERMISSION_DENIED
    [503, 2], // RESOURCE_EXHAUSTED
    [503, 10], // FAILED_PRECONDITION
    [503, 2], // ABORTED
    [500], // OUT_OF_RANGE
    [503, 30], // UNIMPLEMENTED
    [503, 2], // INTERNAL
    [503, 2], // UNAVAILABLE
    [500], // DATA_LOSS
    [503, 30], // UNAUTHENTICATED
  ];

  test.each(GRPC_TROUBLES.map(([name], code) => [name, code] as const))(
    '%s is answered as it is meant',
    (_n, code) => {
      const [status, retryAfter] = BY_CODE[code]!;
      expect(answerTo(grpc(code))).toEqual([status, retryAfter]);
      expect(isUnavailable(grpc(code))).toBe(status === 503);
    },
  );

  test('a run whose workflow task fails is said to be under repair', () => {
    for (const words of [
      'Unable to perform workflow execution update due to Workflow Task in failed state.',
      'Cannot query workflow due to Workflow Task in failed state.',
    ])
      expect(toApiError(grpc(9, words))?.message).toMatch(/being repaired/);
    expect(answerTo(new QueryNotRegisteredError('no handler', 3))).toEqual([503, 10]);
  });

  test('a missing namespace is a wrong setting, a missing workflow is a 404', () => {
    expect(answerTo(grpc(5, 'Namespace steward is not found.'))).toEqual([503, 30]);
    expect(answerTo(new WorkflowNotFoundError('gone', 'w', undefined))).toEqual([404, undefined]);
  });

  test('a refusal of the workflow keeps its code, and an update that its end cut off says so', () => {
    const refusal = (type: string) =>
      toApiError(new WorkflowUpdateFailedError('x', ApplicationFailure.nonRetryable('Too late.', type)));
    expect(refusal('approval_expired')).toMatchObject({ code: 'approval_expired', message: 'Too late.' });
    expect(refusal('AcceptedUpdateCompletedWorkflow')?.code).toBe('invalid_state');
  });
});

describe('what PostgreSQL says', () => {
  const STATUS = { down: 503, read_only: 503, busy: 503, misconfigured: 503, repair: 503, bug: 500 } as const;

  test('every class of it is answered, and 503 always says when to try again', () => {
    for (const [own, trouble] of Object.entries(SQL_CLASSES)) {
      const [status, retryAfter] = answerTo(sql(`${own}ZZZ`));
      expect(status, own).toBe(STATUS[trouble as keyof typeof STATUS]);
      expect(retryAfter === undefined, own).toBe(status !== 503);
    }
  });

  test.each([
    ['22003', 400],
    ['22P05', 400],
    ['23505', 409],
    ['23503', 409],
    ['25006', 503],
    ['40P01', 503],
    ['57P03', 503],
    ['XX001', 500],
  ])('%s is %i', (code, status) => {
    expect(answerTo(sql(code))[0]).toBe(status);
  });

  test('is found in whatever wraps it', () => {
    expect(troubleOf(new Error('a driver', { cause: sql('57P01') }))).toBe('down');
    expect(troubleOf(new AggregateError([new Error('x'), sql('25006')]))).toBe('read_only');
    expect(troubleOf(new Error('a bug of ours'))).toBeUndefined();
  });
});

test('a catalogue that is away is a 503 with Retry-After', () => {
  expect(answerTo(new EngineError('discovery_unavailable', 'No service catalogue can be read.'))).toEqual([
    503, 5,
  ]);
});
