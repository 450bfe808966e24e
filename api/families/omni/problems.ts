import type { CodeMeaning } from '../../problem-codes.ts';
import { ApiError, type ProblemStyle } from '../../problem.ts';

const meanings = (status: number, title: string, codes: readonly string[]): [string, CodeMeaning][] =>
  codes.map((code) => [code, { status, title }]);

/** Codes that only this family has (omni.md, section 8). */
export const PROBLEMS: Readonly<Record<string, CodeMeaning>> = Object.fromEntries([
  ...meanings(400, 'Bad request', ['validation_error', 'config_invalid']),
  ...meanings(404, 'Not found', ['task_not_found', 'alert_not_found']),
  ...meanings(409, 'Conflict', ['agent_paused', 'agent_has_no_budget', 'task_failed']),
  ...meanings(429, 'Too many requests', ['agent_busy']),
]);

/** Errors as omni.md and common.md word them. */
export const problemStyle: ProblemStyle = {
  alias: ({ error_code, errors = [] }) => ({
    details: { error_code, ...(errors.length > 0 && { errors }) },
    ...(errors.length > 0 && {
      validation_errors: errors.map(({ path, message }) => ({ field: path, message })),
    }),
  }),
  rename: {
    validation_failed: 'validation_error',
    invalid_json: 'validation_error',
    invalid_amount: 'validation_error',
    run_not_found: 'task_not_found',
  },
};

export const agentNotFound = (id: string): ApiError =>
  new ApiError('agent_not_found', `There is no agent ${id.slice(0, 64)}; GET /agents lists those there are.`);

export const taskNotFound = (): ApiError =>
  new ApiError('task_not_found', 'There is no such task; GET /transactions lists those there are.');

export const invalidField = (path: string, message: string): ApiError =>
  new ApiError('validation_failed', `${path}: ${message}`, { errors: [{ path, message, code: 'invalid' }] });
