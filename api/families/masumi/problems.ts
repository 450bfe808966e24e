import type { CodeMeaning } from '../../problem-codes.ts';
import { ApiError, type FieldError, type ProblemStyle } from '../../problem.ts';

const meanings = (status: number, title: string, codes: readonly string[]): [string, CodeMeaning][] =>
  codes.map((code) => [code, { status, title }]);

/** Codes that only this family has. */
export const PROBLEMS: Readonly<Record<string, CodeMeaning>> = Object.fromEntries([
  ...meanings(400, 'Bad request', ['invalid_identifier', 'invalid_payment_amount', 'missing_job_id']),
  ...meanings(404, 'Not found', ['flow_not_found', 'job_not_found']),
  ...meanings(409, 'Conflict', ['identifier_conflict']),
  ...meanings(502, 'Bad gateway', [
    'payment_rejected',
    'payment_service_unavailable',
    'kodosumi_unavailable',
  ]),
  ...meanings(503, 'Service unavailable', ['agent_not_configured', 'payment_service_not_configured']),
]);

/** Errors as masumi.md words them (sections 1 and 5). */
export const problemStyle: ProblemStyle = {
  alias: ({ errors }) => (errors === undefined ? {} : { field_errors: byField(errors) }),
  // What the reader of bodies refuses (U+0000, half characters) is bad input as any other, or a bad identifier.
  rename: { run_not_found: 'job_not_found', validation_failed: 'invalid_input' },
  recode: ({ code, errors = [] }) =>
    code === 'validation_failed' && errors.some(({ path }) => IDENTIFIER.test(path))
      ? 'invalid_identifier'
      : undefined,
};

const IDENTIFIER = /^identifier(_from_purchaser|FromPurchaser)(\.|$)/;

/** The reader of bodies says where in the body; fields are known by their ids. */
const fieldOf = ({ path, code }: FieldError): string =>
  code === 'invalid_text' ? path.replace(/^(input_data|inputData|inputs|input)\./, '') : path;

function byField(errors: readonly FieldError[]): Record<string, string[]> {
  const groups = Map.groupBy(errors, fieldOf);
  return Object.fromEntries([...groups].map(([path, group]) => [path, group.map(({ message }) => message)]));
}

export const kodosumiDown = (): ApiError =>
  new ApiError('kodosumi_unavailable', 'Kodosumi, which does the work, cannot be reached. Try again later.', {
    headers: { 'retry-after': '30' },
  });

/** One flow cannot be read; others may be. */
export const flowDown = (said: string): ApiError =>
  new ApiError(
    'kodosumi_unavailable',
    `This flow cannot be ordered at the moment: ${said} Try again later.`,
    {
      headers: { 'retry-after': '30' },
    },
  );

/** `said`: what it answered, or how it could not be reached, where that is known. */
export const paymentServiceDown = (
  members: Record<string, unknown> = {},
  said = 'The payment service cannot be reached.',
): ApiError =>
  new ApiError(
    'payment_service_unavailable',
    `${said.replace(/[^.!?]$/, '$&.')} Try again later; nothing was charged.`,
    { headers: { 'retry-after': '30' }, members },
  );

export const flowNotFound = (key: string): ApiError =>
  new ApiError('flow_not_found', `There is no flow ${key.slice(0, 100)}; GET /flows lists those there are.`);

export const jobNotFound = (): ApiError => new ApiError('job_not_found', 'This flow has no such job.');
