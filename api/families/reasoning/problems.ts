import type { CodeMeaning } from '../../problem-codes.ts';
import type { ProblemStyle } from '../../problem.ts';

const meanings = (status: number, title: string, codes: readonly string[]): [string, CodeMeaning][] =>
  codes.map((code) => [code, { status, title }]);

/** Codes that only this family has. */
export const PROBLEMS: Readonly<Record<string, CodeMeaning>> = Object.fromEntries([
  ...meanings(400, 'Bad request', [
    'invalid_wallet',
    'invalid_signature',
    'deposit_mismatch',
    'sender_mismatch',
    'invalid_destination',
    'below_minimum',
    'confirm_destination',
  ]),
  ...meanings(404, 'Not found', ['workflow_not_found', 'escrow_not_found', 'transaction_not_found']),
  ...meanings(409, 'Conflict', [
    'idempotency_conflict',
    'wallet_conflict',
    'deposit_already_credited',
    'withdrawal_in_progress',
    'withdrawal_released',
    'fee_changed',
    'operator_short',
  ]),
]);

/** Errors as reasoning.md words them, and its statuses where they differ from the core's. */
export const problemStyle: ProblemStyle = {
  alias: ({ detail, errors }) => ({
    success: false,
    error: detail,
    ...(errors && { details: errors.map(({ path, message }) => ({ path, message })) }),
  }),
  codes: Object.fromEntries(meanings(400, 'Bad request', ['invalid_state', 'cannot_cancel'])),
  rename: {
    idempotency_key_reused: 'idempotency_conflict',
    run_not_found: 'workflow_not_found',
    invalid_cursor: 'validation_failed',
    not_found: 'workflow_not_found',
  },
};
