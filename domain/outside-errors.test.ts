import { describe, expect, test } from 'vitest';
import {
  GRPC_TROUBLES,
  grpcTrouble,
  isLostSession,
  ownTrouble,
  SQL_CLASSES,
  SQL_STATES,
  sqlTrouble,
  TROUBLE_ANSWERS,
} from './outside-errors.ts';

/** Appendix A of the manual of PostgreSQL 18, and class 72 of the servers before 17. */
const CLASSES = (
  '00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 ' +
  '53 54 55 57 58 72 F0 HV P0 XX'
).split(' ');

/** Codes whose meaning decides what a client or an operator does, with that meaning. */
const STATES: [state: string, name: string, trouble: string][] = [
  ['08000', 'connection_exception', 'down'],
  ['08003', 'connection_does_not_exist', 'down'],
  ['08006', 'connection_failure', 'down'],
  ['08007', 'transaction_resolution_unknown', 'down'],
  ['22001', 'string_data_right_truncation', 'bad_input'],
  ['22003', 'numeric_value_out_of_range', 'bad_input'],
  ['22012', 'division_by_zero', 'bug'],
  ['22P02', 'invalid_text_representation', 'bad_input'],
  ['22P05', 'untranslatable_character', 'bad_input'],
  ['23502', 'not_null_violation', 'bug'],
  ['23503', 'foreign_key_violation', 'conflict'],
  ['23505', 'unique_violation', 'conflict'],
  ['23514', 'check_violation', 'bug'],
  ['25006', 'read_only_sql_transaction', 'read_only'],
  ['25P02', 'in_failed_sql_transaction', 'bug'],
  ['25P03', 'idle_in_transaction_session_timeout', 'down'],
  ['25P04', 'transaction_timeout', 'down'],
  ['28P01', 'invalid_password', 'misconfigured'],
  ['3D000', 'invalid_catalog_name', 'misconfigured'],
  ['40001', 'serialization_failure', 'busy'],
  ['40P01', 'deadlock_detected', 'busy'],
  ['42501', 'insufficient_privilege', 'misconfigured'],
  ['42P01', 'undefined_table', 'bug'],
  ['53100', 'disk_full', 'busy'],
  ['53300', 'too_many_connections', 'busy'],
  ['55P03', 'lock_not_available', 'busy'],
  ['57014', 'query_canceled', 'down'],
  ['57P01', 'admin_shutdown', 'down'],
  ['57P02', 'crash_shutdown', 'down'],
  ['57P03', 'cannot_connect_now', 'down'],
  ['58030', 'io_error', 'down'],
  ['P0001', 'raise_exception', 'bug'],
  ['XX000', 'internal_error', 'bug'],
];

describe('the codes of PostgreSQL', () => {
  test('have a meaning for every class in the manual, and the table knows no other class', () => {
    expect(Object.keys(SQL_CLASSES).toSorted()).toEqual(CLASSES.toSorted());
    for (const own of CLASSES) expect(sqlTrouble(`${own}000`), own).toBeDefined();
    for (const state of Object.keys(SQL_STATES)) expect(CLASSES).toContain(state.slice(0, 2));
  });

  test.each(STATES)('%s (%s) is %s', (state, _name, trouble) => {
    expect(sqlTrouble(state)).toBe(trouble);
  });

  test('are not confused with codes of other things', () => {
    for (const code of ['EPIPE', 'ERR_X', 'run_not_found', '123', 'ZZ000', 'abcde'])
      expect(sqlTrouble(code)).toBeUndefined();
  });
});

describe('the codes of gRPC', () => {
  const EXPECTED = {
    OK: 'bug',
    CANCELLED: 'down',
    UNKNOWN: 'down',
    INVALID_ARGUMENT: 'bug',
    DEADLINE_EXCEEDED: 'down',
    NOT_FOUND: 'not_found',
    ALREADY_EXISTS: 'conflict',
    PERMISSION_DENIED: 'misconfigured',
    RESOURCE_EXHAUSTED: 'busy',
    FAILED_PRECONDITION: 'repair',
    ABORTED: 'busy',
    OUT_OF_RANGE: 'bug',
    UNIMPLEMENTED: 'misconfigured',
    INTERNAL: 'down',
    UNAVAILABLE: 'down',
    DATA_LOSS: 'bug',
    UNAUTHENTICATED: 'misconfigured',
  };

  test('have one meaning each, by their number', () => {
    expect(GRPC_TROUBLES.map(([name]) => name)).toEqual(Object.keys(EXPECTED));
    for (const [code, trouble] of Object.values(EXPECTED).entries()) expect(grpcTrouble(code)).toBe(trouble);
    expect(grpcTrouble(17)).toBe('bug');
  });

  test('a namespace that is not found is a setting, not a run that ended', () => {
    expect(grpcTrouble(5, '5 NOT_FOUND: Namespace steward is not found.')).toBe('misconfigured');
    expect(grpcTrouble(5, '5 NOT_FOUND: workflow not found for ID: x')).toBe('not_found');
  });
});

describe('a connection', () => {
  const withCode = (code: string) => Object.assign(new Error('x'), { code });

  test.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Query read timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
  ])('is lost when the driver says "%s"', (words) => {
    expect(isLostSession(new Error(words))).toBe(true);
    expect(ownTrouble(new Error(words))).toBe('down');
  });

  test('is lost with its socket or its server, or when its server only reads', () => {
    for (const code of ['ECONNRESET', 'EPIPE', '57P01', '57P02', '08006', '25006', '25P03'])
      expect(isLostSession(withCode(code)), code).toBe(true);
  });

  test('is kept when only a statement failed', () => {
    for (const code of ['23505', '57014', '40001', '22P02', 'escrow_short'])
      expect(isLostSession(withCode(code)), code).toBe(false);
    expect(isLostSession('no error')).toBe(false);
  });
});

test('every trouble has an answer that quotes no server, and temporary ones say when to try again', () => {
  for (const { code, detail, retryAfter } of Object.values(TROUBLE_ANSWERS)) {
    expect(detail).toMatch(/^[A-Z].*\.$/);
    expect(retryAfter === undefined).toBe(code !== 'unavailable');
  }
});
